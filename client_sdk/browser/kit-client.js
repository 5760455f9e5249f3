// KitClient: a kit's licence and head count, for pages opened from file://. Its rules, with their reasons, are those of
// client_sdk/*.py; its design is docs/decisions/0010-browser-sdk.md. Local times are milliseconds, claims seconds.
(() => {
  "use strict";

  const MINUTE = 60e3, DAY = 1440 * MINUTE;

  function demand(holds, what, Kind = Error) {
    if (!holds) throw new Kind(what);
  }

  // ---- Bytes ----

  const subtle = globalThis.crypto?.subtle;
  const utf8 = (text) => new TextEncoder().encode(text);

  function base64url(bytes) {
    let binary = "";
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  }

  function fromBase64url(text) {
    const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    const bytes = Uint8Array.from(binary, (symbol) => symbol.charCodeAt(0));
    demand(base64url(bytes) === text);
    return bytes;
  }

  async function hmac(key, text) {
    const secret = await subtle.importKey("raw", fromBase64url(key), {name: "HMAC", hash: "SHA-256"}, false, ["sign"]);
    return new Uint8Array(await subtle.sign("HMAC", secret, utf8(text)));
  }

  async function deflate(bytes) {
    try {
      const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
      return new Uint8Array(await new Response(stream).arrayBuffer());
    } catch {
      return storedBlocks(bytes);
    }
  }

  // Without compression, for older browsers (RFC 1951, 3.2.4).
  function storedBlocks(bytes) {
    const blocks = [];
    for (let at = 0; at < bytes.length; at += 65535) {
      const block = bytes.slice(at, at + 65535), size = block.length;
      blocks.push(...Uint8Array.of(at + size === bytes.length, size, size >> 8, ~size, ~size >> 8));
      for (const byte of block) blocks.push(byte);
    }
    return Uint8Array.from(blocks);
  }

  // ---- Typed symbols: Crockford's base32 ----

  const SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

  function readSymbols(typed) {
    const text = String(typed).replace(/[\s-]/g, "");
    // Only ASCII is folded: Unicode has look-alikes.
    return /[^0-9A-Za-z]|u/i.test(text) ? "" : text.toUpperCase().replace(/O/g, "0").replace(/[IL]/g, "1");
  }

  // As written, or null: the last symbol checks the others (Luhn mod 32).
  function normaliseToken(typed) {
    const text = readSymbols(typed);
    let sum = 0;
    for (let at = 0; at < text.length; at++) {
      const value = SYMBOLS.indexOf(text[at]) * (2 - at % 2);
      sum += (value >> 5) + value % 32;
    }
    return text.length === 28 && sum % 32 === 0 ? text.match(/..../g).join("-") : null;
  }

  async function acknowledgement(messageKey, jti) {
    const bytes = await hmac(messageKey, "ack:" + jti);
    const bits = Array.from(bytes.slice(0, 5), (byte) => byte.toString(2).padStart(8, "0")).join("");
    return bits.replace(/.{5}/g, (five) => SYMBOLS[parseInt(five, 2)]);
  }

  // ---- Signed things: compact JWS, ES256, read strictly ----

  const isText = (value) => typeof value === "string" && value !== "";
  const isTexts = (value) => Array.isArray(value) && value.every(isText);
  const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
  const isDate = (value) => isCount(value) && value < 253402300800;
  const isVerdict = (value) => typeof value?.valid === "boolean" && isText(value.code);

  // Each member wanted is this value, or passes this test.
  function check(members, wanted) {
    for (const [name, want] of Object.entries(wanted)) {
      demand(want instanceof Function ? want(members[name]) : members[name] === want);
    }
  }

  function readObject(part) {
    const text = new TextDecoder("utf-8", {fatal: true, ignoreBOM: true}).decode(fromBase64url(part));
    // A member that appears twice could mean two things to two readers.
    let members = -1;
    const value = JSON.parse(text, function (name, inner) {
      if (!Array.isArray(this)) members++;
      return inner;
    });
    demand(text.match(/"(\\.|[^"\\])*"\s*:?/g).filter((name) => name.endsWith(":")).length === members);
    return value;
  }

  async function importKey(jwk) {
    const {kty, crv, x, y, alg = "ES256", use = "sig"} = jwk;
    check({kty, crv, alg, use}, {kty: "EC", crv: "P-256", alg: "ES256", use: "sig"});
    demand(isTexts([x, y]) && /^[\w-]{43},[\w-]{43}$/.test([x, y]));
    return subtle.importKey("jwk", {kty, crv, x, y}, {name: "ECDSA", namedCurve: "P-256"}, false, ["verify"]);
  }

  // The claims of a text of this typ, signed by keyOf(kid). Throws.
  async function open(text, typ, keyOf, wanted) {
    demand(isText(text) && text.length <= 1 << 20 && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text));
    const [header, payload, signature] = text.split(".");
    const {kid, ...rest} = readObject(header);
    check(rest, {typ, alg: "ES256", crit: undefined, b64: undefined});
    const key = keyOf(kid);
    demand(key);
    const input = utf8(header + "." + payload);
    demand(await subtle.verify({name: "ECDSA", hash: "SHA-256"}, key, fromBase64url(signature), input));
    const claims = readObject(payload);
    check(claims, {jti: isText, iat: isDate, ...wanted});
    return claims;
  }

  // ---- Trust: from the root a kit was built with to the newest keyset ----

  const anchor = async (rootKey, iss) =>
    ({iss, root: await importKey(rootKey), rootVersion: 0, roots: [], keyset: null, version: 0, keys: new Map()});

  // Changes of root that the current root signed are followed, others left.
  async function follow(trust, roots) {
    for (const text of roots) {
      try {
        const wanted = {iss: trust.iss, aud: "kit-root", version: isCount};
        const {root, version} = await open(text, "kit-root+jwt", () => trust.root, wanted);
        demand(version > trust.rootVersion);
        trust = {...trust, root: await importKey(root), rootVersion: version, roots: [...trust.roots, text]};
      } catch {}
    }
    return trust;
  }

  // As accepted earlier: `exp` no longer matters.
  async function restore(trust, roots, keyset) {
    trust = await follow(trust, roots);
    if (keyset === null) return trust;
    const wanted = {iss: trust.iss, aud: "kit-keyset", exp: isDate, version: isCount, keys: Array.isArray};
    const {version, exp, ...claims} = await open(keyset, "kit-keyset+jwt", () => trust.root, wanted);
    const keys = new Map();
    for (const jwk of claims.keys) {
      demand(isText(jwk.kid) && !keys.has(jwk.kid));
      keys.set(jwk.kid, await importKey(jwk).catch(() => null));
    }
    demand(version && [...keys.values()].some(Boolean));
    return {...trust, keyset, version, exp, keys};
  }

  // A stranger's offer throws; an outdated or expired one of ours changes nothing.
  async function accept(trust, roots, keyset, now) {
    const offered = await restore(trust, roots, String(keyset));
    if (offered.version >= trust.version && offered.exp > now) return offered;
    demand(trust.keyset);
    return trust;
  }

  // ---- Lease and verdict ----

  async function readLease(text, trust, kitId, installationId, newestIat) {
    const lease = await open(text, "kit-lease+jwt", (kid) => trust.keys.get(kid), {
      iss: trust.iss, aud: kitId, sub: installationId, nbf: isDate, exp: isDate, grace_until: isDate,
      items: isTexts, check_in_days: isCount,
    });
    check(lease.organisation, {id: isText, name: isText});
    check(lease.licence, {id: isText, kind: (kind) => ["trial", "full"].includes(kind), ends_at: isDate});
    demand(lease.grace_until >= lease.exp && lease.iat >= newestIat);
    return lease;
  }

  const readReceipt = (text, trust, installationId) => open(text, "kit-receipt+jwt", (kid) => trust.keys.get(kid), {
    iss: trust.iss, aud: installationId, message: isText, verdict: isVerdict,
    results: (results) => Array.isArray(results) && results.every(Boolean),
  });

  const DETAILS = {
    active: "The kit may be used.",
    in_grace: "The kit may be used: please connect it soon.",
    unlicensed: "This kit has not been activated yet.",
    token_mistyped: "The activation token is mistyped.",
    lease_invalid: "The licence cannot be verified.",
    lease_expired: "The kit has not been connected for too long.",
    clock_suspect: "The clock has been put back: please correct it, or connect.",
    reactivation_needed: "Please activate the kit again.",
    installation_released: "The seat has been given back.",
  };
  const verdict = (code) => ({valid: code === "active" || code === "in_grace", code, detail: DETAILS[code], warnings: []});
  const refusal = ({code, detail}) => ({valid: false, code, detail: String(detail), warnings: []});
  const warn = (said, code) => ({...said, warnings: [...said.warnings, code]});

  // What the kit says of itself. held: a lease's claims, null, or false where it does not verify.
  function decide(held, {said, forgotten, highest}, now) {
    if (said && !said.valid) return refusal(said);
    if (held === false) return verdict("lease_invalid");
    if (!held) return verdict(forgotten ? "reactivation_needed" : "unlicensed");
    const seconds = now / 1000;
    if (now < highest - DAY || seconds < held.nbf) return verdict("clock_suspect");
    const dated = verdict(seconds < held.exp ? "active" : seconds < held.grace_until ? "in_grace" : "lease_expired");
    return !forgotten ? dated : dated.valid ? warn(dated, "reactivation_needed") : verdict("reactivation_needed");
  }

  // ---- Storage: records in one small database a kit ----

  // Storage may never answer: nothing waits for ever.
  const timeBox = (promise, patience) => new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(MINUTE), patience);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });

  // Do work on a draft of the records (texts: key to JSON), then write what it changed.
  function edit(texts, work, put, drop) {
    const draft = new Map([...texts].map(([key, text]) => [key, JSON.parse(text)])), after = new Map();
    const result = work(draft);
    for (const [key, record] of draft) {
      after.set(key, JSON.stringify(record));
      if (after.get(key) !== texts.get(key)) put(after.get(key), key);
    }
    for (const key of texts.keys()) if (!draft.has(key)) drop(key);
    return {result, after};
  }

  const openIndexedDb = (name) => new Promise((resolve, reject) => {
    const opening = indexedDB.open(name);
    opening.onupgradeneeded = () => opening.result.createObjectStore("records");
    opening.onerror = reject;
    opening.onsuccess = () => resolve((work) => new Promise((done, failed) => {
      // Such transactions run one after the other, across tabs; "strict" reaches the disk.
      const transaction = opening.result.transaction("records", "readwrite", {durability: "strict"});
      const records = transaction.objectStore("records"), keys = records.getAllKeys(), values = records.getAll();
      values.onsuccess = () => {
        const texts = new Map(keys.result.map((key, at) => [key, values.result[at]]));
        const edited = edit(texts, work, (text, key) => records.put(text, key), (key) => records.delete(key));
        transaction.oncomplete = () => done(edited);
      };
      transaction.onabort = failed;
    }));
  });

  function openWebStorage(name, alone) {
    const area = localStorage;
    area.setItem(name, "");
    area.removeItem(name);
    return (work) => alone("store", async () => {
      const keys = Object.keys(area).filter((key) => key.startsWith(name));
      const texts = new Map(keys.map((key) => [key.slice(name.length), area.getItem(key)]));
      return edit(texts, work, (text, key) => area.setItem(name + key, text), (key) => area.removeItem(name + key));
    });
  }

  // What cannot be written now is done in memory, and again when storage comes back.
  function openStore(name, alone) {
    const store = {kind: "memory", lost: false};
    let memory = new Map(), pending = [], patience = 5e3, turn = Promise.resolve(), opening;

    async function connect() {
      try {
        const opened = await openIndexedDb(name);
        store.kind = "indexeddb";
        return opened;
      } catch {
        // Once IndexedDB has worked, localStorage would be another, empty kit.
        demand(store.kind !== "indexeddb");
        const opened = openWebStorage(name, alone);
        store.kind = "localstorage";
        return opened;
      }
    }

    async function run(work) {
      pending.push(work);
      let edited;
      try {
        opening = opening || connect();
        const transact = await timeBox(opening, patience);
        edited = await timeBox(transact((draft) => pending.map((one) => one(draft)).pop()), 5e3);
        pending = [];
        store.lost = false;
      } catch (error) {
        if (error === MINUTE) patience = 50;
        else opening = null;
        store.lost = true;
        edited = edit(memory, work, () => {}, () => {});
      }
      memory = edited.after;
      return edited.result;
    }

    store.update = (work) => turn = turn.catch(() => {}).then(() => run(work));
    return store;
  }

  // ---- Reports ----

  const bounded = (value, most) => Math.max(0, Math.min(most, Math.round(value) || 0));
  const written = (moment) => new Date(bounded(moment, 253402300799e3)).toISOString();
  const all = (draft, kind) => [...draft].filter(([key]) => key.startsWith(kind)).map(([, record]) => record);
  const queued = (draft, owner) => all(draft, "report:")
    .filter((entry) => !owner || entry.owner === owner).sort((one, other) => one.report.seq - other.report.seq);
  const idsOf = (entries) => entries.map(({report}) => report.id);

  function checkCount(count, mode) {
    const number = mode === "individual" ? 1 : Number(count);
    demand(isCount(number) && number >= 1 && number <= 5000, "attendeeCount: 1 to 5000", RangeError);
    return number;
  }

  function checkItem(item) {
    demand(isText(item) && item.length <= 64, "item: its id", RangeError);
    return item;
  }

  function queue(state, draft, report, clock) {
    const key = "report:" + report.id;
    if (draft.has(key) || state.usageReporting === "off") return;
    draft.set(key, {owner: state.id, clock, report: {...report, seq: ++state.seq}});
  }

  // A live session becomes a report: what was played has happened, however it ended.
  function finish(state, draft, {report, clock, elapsed}) {
    draft.delete("live:" + report.id);
    const played = report.items.reduce((sum, line) => sum + line.seconds, 0);
    queue(state, draft, {...report, duration_seconds: bounded(Math.max(elapsed / 1000, played), 86400)}, clock);
  }

  // What the server answered for leaves the queue; what it will not count or read is kept aside.
  function settle(draft, results, tally) {
    for (const {id, status, code, detail} of results) {
      const entry = draft.get("report:" + id);
      if (!entry || !["accepted", "duplicate", "rejected", "refused"].includes(status)) continue;
      draft.delete("report:" + id);
      tally[status === "refused" ? "setAside" : "sent"]++;
      if (status.startsWith("re")) draft.set("aside:" + id, {status, code, detail, report: entry.report});
    }
  }

  function fitting(entries, most) {
    let size = 4096;
    const end = entries.findIndex(({report}, at) => (size += utf8(JSON.stringify(report)).length + 1) > 1 << 20 && at);
    return Math.min(most, end < 0 ? entries.length : Math.max(1, end));
  }

  // ---- The server's answers ----

  function parse(text) {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }

  // Throws unless it is our server's word on a check-in of these ids, or on an activation of this installation.
  function checkAnswer(answer, ids, installationId) {
    check(answer, {verdict: isVerdict, keyset: isText, roots: isTexts, server_time: (time) => Date.parse(time) > 0});
    const {valid, code} = answer.verdict;
    demand(valid === (code === "active") && valid === isText(answer.lease));
    if (ids) {
      const named = answer.results.map(({id}) => id);
      demand(new Set(named).size === named.length && named.every((id) => ids.includes(id)));
    } else {
      check(answer, {installation_id: installationId, installation_token: isText, message_key: isText, message_kid: isText});
      demand(valid);
    }
  }

  // ---- The client ----

  function KitClient({
    server, kitId, kitVersion, rootKey, organisation = null, clock = () => Date.now(),
    fetch = (...request) => globalThis.fetch(...request),
  }) {
    const locks = globalThis.navigator?.locks, random = (count) => crypto.getRandomValues(new Uint8Array(count));
    const issuer = server.replace(/\/+$/, "");
    // Chromium shares storage among all pages of file://.
    const name = "kit-client " + JSON.stringify([issuer, kitId, organisation]) + " ";
    const store = openStore(name, alone), turns = {}, own = new Set();
    let known = {};

    // -- State and time --

    // A time-ordered UUID (version 7).
    function uuid() {
      const rest = Array.from(random(10), (byte) => byte.toString(16).padStart(2, "0")).join("");
      const hex = bounded(clock(), 2 ** 48 - 1).toString(16).padStart(12, "0") + "7" + rest.slice(0, 3) + "8" + rest.slice(5);
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    }

    const newcomer = (id) => ({id, seq: 0, installation_token: null, lease: null, leaseIat: 0, said: null, saidAt: 0, learner: null});

    // Work on the state and a draft of all records, in one transaction. It may run again, and must not throw.
    function update(work) {
      const id = uuid();
      return store.update((draft) => {
        const state = draft.get("state") || {
          ...newcomer(id), keyset: null, version: 0, roots: [], offset: null, highest: 0, reportedAt: 0, former: {},
        };
        // Written last: no number is taken without its report.
        draft.delete("state");
        for (const {report} of queued(draft, state.id)) state.seq = Math.max(state.seq, report.seq);
        const result = work(state, draft);
        draft.set("state", state);
        return result;
      });
    }

    const read = () => update((state) => state);
    const count = () => update((state, draft) => queued(draft).length);

    // The time now. Where it deserves no trust, a report remembers the offset (`clock`) it was timed by, and is sent by
    // the same: the server shifts both. astray: the clock may have been corrected, so learn before sending.
    function timing({offset, highest}, local = clock()) {
      const now = local + offset;
      const astray = offset === null || Math.abs(offset) > 5 * MINUTE || now < highest - 5 * MINUTE;
      return {now, astray, clock: offset !== null && now >= highest - DAY ? null : offset || 0};
    }

    // Trust and lease of the state; verified once.
    async function saved(state) {
      const source = JSON.stringify([state.roots, state.keyset, state.lease, state.id]);
      if (known.source === source) return known;
      const found = {source, lease: state.lease && false};
      try {
        found.trust = await anchor(rootKey, issuer);
        found.trust = await restore(found.trust, state.roots, state.keyset);
        if (state.lease) found.lease = await readLease(state.lease, found.trust, kitId, state.id, 0);
      } catch {}
      return known = found;
    }

    async function standing(warning) {
      const state = await read(), {lease} = await saved(state), time = timing(state);
      let said = decide(lease, state, time.now);
      if (lease && time.clock === null && time.now > state.highest + MINUTE) {
        await update((current) => {
          if (current.offset === state.offset) current.highest = Math.max(current.highest, time.now);
        });
      }
      if (warning) said = warn(said, warning);
      return store.lost ? warn(said, "no_storage") : said;
    }

    // -- Locks between tabs --

    // Resolves to the lock's release; to null where there are none or it takes too long.
    async function hold(what) {
      try {
        return await new Promise((granted, failed) => {
          locks.request(name + what, {signal: AbortSignal.timeout?.(MINUTE)}, () => new Promise(granted)).catch(failed);
        });
      } catch {
        return null;
      }
    }

    // One at a time: in this page always, across tabs where there are locks.
    function alone(what, work) {
      const turn = (turns[what] || Promise.resolve()).then(async () => {
        const release = await hold(what);
        try {
          return await work();
        } finally {
          release?.();
        }
      });
      turns[what] = turn.catch(() => {});
      return turn;
    }

    // Report sessions whose page is gone: their lock is free, or their pulse has stopped.
    async function recover() {
      const seen = await update((state, draft) => idsOf(all(draft, "live:")).filter((id) => !own.has(id)));
      if (!seen.length) return;
      let alive;
      try {
        alive = (await timeBox(locks.query(), 5e3)).held.map((lock) => lock.name);
      } catch {}
      await update((state, draft) => {
        for (const session of all(draft, "live:").filter(({report}) => seen.includes(report.id))) {
          const lives = alive ? alive.includes(name + session.report.id) : Math.abs(clock() - session.beat) < 5 * MINUTE;
          if (!lives) finish(state, draft, session);
        }
      });
    }

    // -- Network --

    async function send(method, path, token, body) {
      try {
        const {retryAfter} = await read(), now = clock();
        // Further ahead than can have been asked for: the clock was put back since.
        demand(!(now < retryAfter && retryAfter <= now + DAY));
        const answer = await fetch(`${issuer}/api/v1/${path}`, {
          method, credentials: "omit", redirect: "error", signal: AbortSignal.timeout?.(20e3), body: body && JSON.stringify(body),
          headers: {...(body && {"Content-Type": "application/json"}), ...(token && {Authorization: "Bearer " + token})},
        });
        const {status, headers} = answer, content = parse(await answer.text()), at = clock();
        const isProblem = /^application\/problem\+json/.test(headers.get("Content-Type")) && isText(content?.code);
        const asked = (status === 429 || status === 503) && headers.get("Retry-After");
        if (asked) {
          const wait = bounded(/^\d+$/.test(asked) ? asked * 1000 : Date.parse(asked) - at, DAY);
          await update((state) => { state.retryAfter = at + wait; });
        }
        return {status, at, content, problem: isProblem && content};
      } catch {
        return {};
      }
    }

    const application = (state, token) => ({
      activation_token: token, installation_id: state.id, kit: {id: kitId, version: kitVersion},
      client: {name: "browser", version: "0.1.0"},
    });

    // Take the server's word. at: when it was heard, by this clock, else it was carried here. receipt: its claims, which
    // acknowledge reports however old they are. Throws where the word is not to be believed.
    async function take(state, word, at, tally, receipt) {
      const heard = at && Date.parse(word.server_time);
      const trust = await accept((await saved(state)).trust, word.roots, word.keyset, (heard || timing(state).now) / 1000);
      const claims = receipt && await readReceipt(receipt, trust, state.id), {verdict: said, results} = claims || word;
      const {keyset, version, roots} = trust, {installation_token, message_key, message_kid} = word;
      const reading = word.lease && readLease(word.lease, trust, kitId, state.id, state.leaseIat);
      const lease = await (claims ? reading?.catch(() => null) : reading);
      // To the second, as claims have it.
      const spoken = 1000 * (heard ? Math.floor(heard / 1000) : (claims || lease).iat);
      demand(claims || spoken >= Math.max(state.saidAt, heard ? state.leaseIat * 1000 : 0));
      await update((current, draft) => {
        if (results) {
          settle(draft, results, tally);
          current.reportedAt = Math.max(current.reportedAt, spoken);
        }
        if (current.id !== state.id) return;
        const isNews = spoken > Math.max(current.saidAt, current.leaseIat * 1000);
        // Another tab may have taken newer ones meanwhile.
        if (version >= current.version) Object.assign(current, {keyset, version, roots});
        if (lease && lease.iat >= current.leaseIat) Object.assign(current, {lease: word.lease, leaseIat: lease.iat});
        if (spoken >= current.saidAt) Object.assign(current, {said, saidAt: spoken});
        if (installation_token) Object.assign(current, {installation_token, message_key, message_kid});
        if (heard || installation_token) current.forgotten = false;
        if (heard) Object.assign(current, {offset: heard - at, highest: heard});
        else if (isNews) current.highest = spoken;
      });
    }

    // This installation is another organisation's: begin anew. The old one still sends what it holds.
    const moveOut = (id) => update((state) => {
      if (state.id !== id) return;
      if (state.installation_token) state.former[id] = state.installation_token;
      Object.assign(state, newcomer(uuid()));
    });

    // The verdict on an activation's answer, heard or carried; null where it is none of ours.
    async function activated(state, answer, at) {
      try {
        checkAnswer(answer, null, state.id);
      } catch {
        return null;
      }
      try {
        await take(state, answer, at);
      } catch {
        return verdict("lease_invalid");
      }
      return standing();
    }

    // Send batch after batch for one installation: true, "forgotten", or false for no answer.
    async function drain(id, token, tally, isOwn) {
      const tried = new Set();
      let most = 500;
      for (let first = isOwn; ; first = false) {
        const {state, batch, ids, offset} = await update((current, draft) => {
          const silent = current.usageReporting === "off" || first && timing(current).astray;
          const left = silent ? [] : queued(draft, id).filter(({report}) => !tried.has(report.id));
          const alike = left.filter((entry) => entry.clock === left[0].clock), some = alike.slice(0, fitting(alike, most));
          return {state: current, batch: some, ids: idsOf(some), offset: some[0]?.clock ?? (current.offset || 0)};
        });
        if (!ids.length && !first) return true;
        const {status, content, problem, at} = await send("POST", "sync", token, {
          sent_at: written(clock() + offset), reports: batch.map(({report}) => report),
          ...(state.usageReporting && {usage_reporting: state.usageReporting}),
        });
        const refuse = (draft, refused) => settle(draft, refused.map((one) => ({...problem, id: one, status: "refused"})), tally);
        if (status === 413 && ids.length > 1) {
          most = ids.length >> 1;
        } else if (problem && status === 401) {
          await update((current, draft) => {
            if (!isOwn) refuse(draft, idsOf(queued(draft, id)));
            else if (current.installation_token === token) current.forgotten = true;
          });
          return "forgotten";
        } else if (problem && [400, 413, 422].includes(status) && ids.length) {
          await update((current, draft) => refuse(draft, ids));
        } else {
          try {
            demand(status === 200);
            checkAnswer(content, ids);
            await take({...state, id}, content, at, tally);
          } catch {
            return false;
          }
          ids.forEach((one) => tried.add(one));
        }
      }
    }

    // -- By hand --

    // What may leave by hand now, and the state.
    async function exportable(wanted) {
      await recover();
      return update((state, draft) => {
        const mayNot = state.usageReporting === "off" || !state.installation_token;
        return {state, entries: mayNot ? [] : queued(draft, state.id).filter(wanted)};
      });
    }

    async function seal(state, entries) {
      const jti = uuid(), now = clock() + (entries[0]?.clock ?? (state.offset || 0));
      const claims = {
        iss: issuer, aud: issuer, jti, iat: Math.floor(now / 1000), sub: state.id, sent_at: written(now),
        reports: entries.map(({report}) => report),
      };
      const header = utf8(JSON.stringify({alg: "HS256", typ: "kit-message+jwt", kid: state.message_kid, zip: "DEF"}));
      const input = base64url(header) + "." + base64url(await deflate(utf8(JSON.stringify(claims))));
      const text = input + "." + base64url(await hmac(state.message_key, input));
      return {jti, text, ids: idsOf(entries), ack: await acknowledgement(state.message_key, jti)};
    }

    // Saved before they are shown, so that a confirmation finds them.
    const remember = (messages) => update((state, draft) => {
      for (const {jti, ids} of all(draft, "message:")) {
        if (!ids.some((id) => draft.has("report:" + id))) draft.delete("message:" + jti);
      }
      for (const {text, ...message} of messages) draft.set("message:" + message.jti, message);
    });

    // -- What a page calls --

    async function activate(typed) {
      const token = normaliseToken(typed);
      if (!token) return verdict("token_mistyped");
      return alone("sync", async () => {
        for (let again = true; ; again = false) {
          const state = await read();
          const {status, content, problem, at} = await send("POST", "activations", null, application(state, token));
          if (status === 200 || status === 201) return await activated(state, content, at) || standing("no_answer");
          if (!problem || [401, 429].includes(status) || status >= 500) return standing("no_answer");
          if (problem.code !== "installation_elsewhere" || !again) return refusal(problem);
          await moveOut(state.id);
        }
      });
    }

    async function startSession({mode, attendeeCount, learner = true}) {
      demand(mode === "workshop" || mode === "individual", "mode: workshop or individual", RangeError);
      const attendee_count = checkCount(attendeeCount, mode);
      await recover();
      const began = clock(), id = uuid(), key = "live:" + id, opaque = base64url(random(16));
      // Locked before it can be seen, so that nobody takes it for an abandoned one.
      own.add(id);
      const release = await hold(id);
      await update((state, draft) => {
        if (state.usageReporting === "off") return;
        const time = timing(state, began);
        const report = {id, seq: 0, type: "session", mode, started_at: written(time.now), duration_seconds: 0, attendee_count, items: []};
        if (mode === "individual" && learner) report.learner = state.learner = state.learner || opaque;
        draft.set(key, {report, clock: time.clock, elapsed: 0, beat: began});
      });
      const note = (work) => update((state, draft) => {
        const session = draft.get(key);
        if (!session) return;
        session.beat = clock();
        session.elapsed = Math.max(session.elapsed, session.beat - began);
        work(session, state, draft);
      });
      const pulse = release ? 0 : setInterval(note, MINUTE, () => {});
      let ended = false;
      return {
        async play(item, {seconds, completed} = {}) {
          checkItem(item);
          if (ended) return;
          await note(({report: {items}}) => {
            let line = items.find((one) => one.item === item);
            if (!line && items.length < 100) items.push(line = {item, seconds: 0, completed: false});
            if (!line) return;
            line.seconds = bounded(line.seconds + bounded(seconds, 86400), 86400);
            line.completed = line.completed || completed === true;
          });
        },
        async end({attendeeCount: corrected = attendee_count} = {}) {
          const counted = checkCount(corrected, mode);
          if (ended) return;
          ended = true;
          await note((session, state, draft) => {
            session.report.attendee_count = counted;
            finish(state, draft, session);
          });
          clearInterval(pulse);
          own.delete(id);
          release?.();
        },
      };
    }

    async function giveFeedback({rating, item = null, comment = ""}) {
      demand([1, 2, 3, 4, 5].includes(rating), "rating: 1 to 5", RangeError);
      demand([...comment].length <= 2000, "comment: 2000 characters", RangeError);
      const id = uuid(), local = clock();
      const report = {
        id, seq: 0, type: "feedback", rating, item: item && checkItem(item),
        // No server stores a NUL or half a character.
        comment: comment.replace(/[\0\uD800-\uDFFF]/gu, "\uFFFD"),
      };
      await update((state, draft) => {
        const time = timing(state, local);
        queue(state, draft, {...report, given_at: written(time.now)}, time.clock);
      });
    }

    async function sync() {
      await recover();
      const tally = {sent: 0, setAside: 0};
      const heard = await alone("sync", async () => {
        const {id, installation_token: token, former} = await read();
        if (!token) return null;
        const answer = await drain(id, token, tally, true);
        for (const other of answer === true ? Object.keys(former) : []) await drain(other, former[other], tally);
        return answer;
      });
      const said = heard === "forgotten" ? verdict("reactivation_needed") : await standing(heard === false && "no_answer");
      return {...tally, remaining: await count(), verdict: said, reachable: Boolean(heard)};
    }

    async function release() {
      if (await count()) await sync();
      return alone("sync", async () => {
        const {id, installation_token: token} = await read();
        if (!token) return standing();
        const {status, problem} = await send("DELETE", "installations/" + id, token);
        if (problem && status === 401) return verdict("reactivation_needed");
        if (status !== 204) return standing("no_answer");
        await update((state) => { state.said = verdict("installation_released"); });
        return standing();
      });
    }

    async function exportActivation(typed) {
      const token = normaliseToken(typed);
      return token && JSON.stringify({activation: application(await read(), token)});
    }

    async function exportMessage() {
      const {state, entries} = await exportable(() => true);
      if (!state.installation_token) return null;
      const message = await seal(state, entries.slice(0, fitting(entries, 500)));
      await remember([message]);
      return JSON.stringify({message: message.text});
    }

    async function exportCodes() {
      const {state, entries} = await exportable(({report}) => {
        // For good: one id must never carry two contents.
        delete report.learner;
        return report.type === "session";
      });
      const codes = [], address = ({text}) => `${issuer}/r#${text}`;
      for (let from = 0, to = 0; from < entries.length; from = to) {
        let code;
        while (to < entries.length) {
          const longer = await seal(state, entries.slice(from, to + 1));
          // QR version 20 holds 666 bytes at level M, 858 at L.
          if (address(longer).length > 666) break;
          code = longer;
          to++;
        }
        // A session too long for any code stays queued.
        if (code) codes.push(code);
        else to++;
      }
      await remember(codes);
      return codes.map(address);
    }

    async function importResponse(text) {
      const {activation, receipt, ...word} = parse(text) || {}, state = await read(), tally = {sent: 0, setAside: 0};
      let said;
      if (activation) {
        said = isText(activation.code) ? refusal(activation) : await activated(state, activation);
        if (said?.code === "installation_elsewhere") await moveOut(state.id);
      } else {
        said = await take(state, {roots: [], ...word}, 0, tally, String(receipt)).then(() => standing(), () => null);
      }
      return {...(said || await standing("response_invalid")), ...tally, remaining: await count()};
    }

    function confirm(typed) {
      const ack = readSymbols(typed);
      return update((state, draft) => {
        const message = all(draft, "message:").find((one) => one.ack === ack);
        if (!message) return false;
        for (const id of message.ids) draft.delete("report:" + id);
        state.reportedAt = timing(state).now;
        return true;
      });
    }

    async function setUsageReporting(choice) {
      demand(choice === "on" || choice === "off", "usageReporting: on or off", RangeError);
      await update((state) => { state.usageReporting = choice; });
    }

    async function status() {
      await recover();
      const said = await standing();
      const [state, ...counts] = await update((current, draft) => [current, queued(draft).length, all(draft, "aside:")]);
      const {lease} = await saved(state);
      return {
        verdict: said, queued: counts[0], aside: counts[1], lease: lease || null,
        installationId: state.id, reportedAt: state.reportedAt || null, usageReporting: state.usageReporting || "on",
        storage: store.lost ? "memory" : store.kind,
      };
    }

    Object.assign(this, {
      activate, check: () => standing(), startSession, giveFeedback, sync, release, exportActivation, exportMessage, exportCodes,
      importResponse, confirm, setUsageReporting, status,
    });
  }

  // The pure rules, for the contract's vectors.
  KitClient.rules = {anchor, follow, restore, accept, readLease, readReceipt, decide, normaliseToken, acknowledgement, storedBlocks};
  globalThis.KitClient = KitClient;
})();
