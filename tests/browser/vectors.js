/*
 * The contract's vectors against the rules of kit-client.js, in Node and in a browser alike: a classic script that
 * defines `runVectors(rules, files)`. files: name to content; resolves to what went wrong and how many cases ran.
 */
globalThis.runVectors = async (rules, files) => {
  "use strict";

  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const brief = ({valid, code}) => ({valid, code});
  const refused = (attempt) => attempt.then(() => false, () => true);
  const nothing = {said: null, forgotten: false, highest: 0};

  const base64url = (bytes) =>
    btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const fromBase64url = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (symbol) => symbol.charCodeAt(0));

  /** A message unpacked, and whether the key signed it; however it was packed. */
  async function unpack(text, secret) {
    const [header, payload, signature] = text.split(".");
    const hmac = {name: "HMAC", hash: "SHA-256"};
    const key = await crypto.subtle.importKey("raw", Uint8Array.from(secret), hmac, false, ["verify"]);
    const signed = new TextEncoder().encode(header + "." + payload);
    const stream = new Blob([fromBase64url(payload)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return {
      header: JSON.parse(new TextDecoder().decode(fromBase64url(header))),
      claims: await new Response(stream).json(),
      genuine: await crypto.subtle.verify("HMAC", key, fromBase64url(signature), signed),
    };
  }

  async function held({root, issuer, roots, keyset, lease, kit_id, installation_id, newest_iat}) {
    if (lease === null) return null;
    try {
      const trust = await rules.restore(await rules.anchor(root, issuer), roots, keyset);
      return await rules.readLease(lease, trust, kit_id, installation_id, newest_iat);
    } catch {
      return false;
    }
  }

  const judges = {
    // Offered, even null is a lease that does not verify.
    "leases.json": async (given) => brief(rules.decide(await held(given) || false, nothing, given.now * 1000)),

    "clocks.json": async (given) => brief(rules.decide(
      await held(given),
      {said: given.server_verdict, forgotten: given.forgotten, highest: given.highest_time * 1000},
      (given.local_time + (given.offset || 0)) * 1000,
    )),

    "keysets.json": async ({root, issuer, steps}) => {
      let trust = await rules.anchor(root, issuer);
      for (const {roots, keyset, now, accepted} of steps) {
        const offered = await rules.accept(trust, roots, keyset, now).catch(() => null);
        // An outdated or expired keyset of ours leaves the trust that was there.
        const taken = offered !== null && offered !== trust;
        if (taken !== accepted) return {taken};
        if (taken) trust = offered;
      }
      return {version: trust.version, kids: [...trust.keys].filter(([, key]) => key).map(([kid]) => kid)};
    },

    "activation_tokens.json": async ({typed}) => ({token: rules.normaliseToken(typed)}),

    "typ_pairs.json": async ({root, issuer, keyset, text, offered_as, kit_id, installation_id, now}) => {
      const trust = await rules.restore(await rules.anchor(root, issuer), [], keyset);
      const offers = {
        lease: () => refused(rules.readLease(text, trust, kit_id, installation_id, 0)),
        keyset: () => refused(rules.accept(trust, [], text, now)),
        receipt: () => refused(rules.readReceipt(text, trust, installation_id)),
        root: async () => (await rules.restore(trust, [text], null)).rootVersion === trust.rootVersion,
        // Only the server reads messages.
        message: async () => true,
      };
      return {accepted: !await offers[offered_as]()};
    },
  };

  judges["receipts.json"] = async ({root, issuer, roots, keyset, receipt, installation_id}) => {
    try {
      const trust = await rules.restore(await rules.anchor(root, issuer), roots, keyset);
      const {message, iat, results, verdict} = await rules.readReceipt(receipt, trust, installation_id);
      return {accepted: true, receipt: {message, iat, results, verdict}};
    } catch {
      return {accepted: false, receipt: null};
    }
  };

  judges["confirmations.json"] = async ({message_key, jti, typed}) => {
    const symbols = await rules.acknowledgement(base64url(message_key), jti);
    return {symbols, confirmed: rules.readSymbols(typed) === symbols};
  };

  judges["messages.json"] = async ({message, message_key, message_kid, expected}) => {
    const text = await rules.signMessage(expected.claims, base64url(message_key), message_kid);
    const [ours, theirs] = [await unpack(text, message_key), await unpack(message, message_key)];
    return ours.genuine && theirs.genuine && same(ours.header, theirs.header) && same(ours.claims, theirs.claims)
      ? {...expected, claims: ours.claims} : {ours, theirs};
  };

  // An SDK signs messages and reads none: what is wrong with one is for the server to refuse.
  const isForServers = (name, given) => name === "messages.json" && !given.expected.accepted;

  const failures = [];
  let cases = 0;
  for (const [name, content] of Object.entries(files)) {
    for (const given of content.cases.filter((one) => !isForServers(name, one))) {
      const answer = await judges[name](given);
      cases++;
      if (!same(answer, given.expected)) failures.push(`${name}: ${given.name}: ${JSON.stringify(answer)}`);
    }
  }
  return {failures, cases};
};
