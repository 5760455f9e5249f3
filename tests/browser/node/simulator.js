"use strict";
/*
 * A server in this process, as strict as the contract where the SDK could go wrong, with keys of its own. It answers
 * through `fetch`; `interfere(request)` may answer in its place.
 */
const {webcrypto, createHmac, randomUUID} = require("node:crypto");
const {inflateRawSync} = require("node:zlib");

const DAY = 86400;
const P256 = {name: "ECDSA", namedCurve: "P-256"};
const encode = (value) => Buffer.from(value).toString("base64url");

async function newKey(kid) {
  const pair = await webcrypto.subtle.generateKey(P256, true, ["sign", "verify"]);
  const {kty, crv, x, y} = await webcrypto.subtle.exportKey("jwk", pair.publicKey);
  return {kid, jwk: {kty, crv, x, y, kid, alg: "ES256", use: "sig"}, secret: pair.privateKey};
}

async function sign(key, typ, claims) {
  const input = encode(JSON.stringify({alg: "ES256", typ, kid: key.kid})) + "." + encode(JSON.stringify(claims));
  const signature = await webcrypto.subtle.sign({name: "ECDSA", hash: "SHA-256"}, key.secret, Buffer.from(input));
  return input + "." + encode(Buffer.from(signature));
}

class Simulator {
  static async start(issuer = "https://licences.example") {
    const simulator = new Simulator();
    Object.assign(simulator, {
      issuer, now: Date.parse("2026-03-02T09:00:00Z"), requests: [], received: new Map(), interfere: null,
      root: await newKey("root"), key: await newKey("signing"), said: "active", tokens: new Map(), roots: [],
      secret: Buffer.alloc(32, 7), organisation: "org-1", elsewhere: new Set(),
    });
    simulator.keyset = await simulator.signKeyset(1);
    simulator.fetch = (url, options) => simulator.answer(url, options);
    return simulator;
  }

  seconds() { return Math.floor(this.now / 1000); }

  signKeyset(version, {root = this.root, keys = [this.key.jwk], exp = this.seconds() + 800 * DAY} = {}) {
    const claims = {iss: this.issuer, aud: "kit-keyset", jti: randomUUID(), iat: this.seconds(), exp, version, keys};
    return sign(root, "kit-keyset+jwt", claims);
  }

  lease(installation, changes = {}) {
    const iat = this.seconds();
    return sign(this.key, "kit-lease+jwt", {
      iss: this.issuer, aud: "kit-1", sub: installation, jti: randomUUID(), iat, nbf: iat - DAY, exp: iat + 30 * DAY,
      grace_until: iat + 60 * DAY, organisation: {id: this.organisation, name: "Baker & Sons"},
      licence: {id: "lic-1", kind: "trial", ends_at: iat + 180 * DAY}, items: ["film-1"], check_in_days: 30, ...changes,
    });
  }

  verdict() { return {valid: this.said === "active", code: this.said, detail: "Said by the server."}; }

  async common(installation) {
    return {
      verdict: this.verdict(), lease: this.said === "active" ? await this.lease(installation) : null, keyset: this.keyset,
      roots: this.roots, server_time: new Date(this.now).toISOString(),
    };
  }

  async activation(body) {
    if (this.elsewhere.has(body.installation_id)) return problem(403, "installation_elsewhere");
    const token = randomUUID();
    this.tokens.set(token, body.installation_id);
    return json(201, {
      installation_id: body.installation_id, installation_token: token, message_key: encode(this.secret), message_kid: "k1",
      ...await this.common(body.installation_id),
    });
  }

  judge(reports) {
    return reports.map((report) => {
      if (report.comment === "reject me") return {id: report.id, status: "rejected", code: "invalid", detail: "comment"};
      const known = this.received.get(report.id), text = JSON.stringify(report);
      if (known === text) return {id: report.id, status: "duplicate"};
      if (known) return {id: report.id, status: "rejected", code: "id_reused"};
      this.received.set(report.id, text);
      return {id: report.id, status: "accepted"};
    });
  }

  /** What /exchange does with a message: returns the file that is carried back. */
  async exchange(file) {
    const {header, claims} = this.openMessage(JSON.parse(file).message);
    const receipt = await sign(this.key, "kit-receipt+jwt", {
      iss: this.issuer, aud: claims.sub, jti: randomUUID(), iat: this.seconds(), message: claims.jti,
      results: this.judge(claims.reports), verdict: this.verdict(),
    });
    const {lease, keyset, roots} = await this.common(claims.sub);
    return {header, claims, response: JSON.stringify({receipt, lease, keyset, roots})};
  }

  openMessage(text) {
    const [header, payload, signature] = text.split(".");
    const wanted = createHmac("sha256", this.secret).update(header + "." + payload).digest("base64url");
    if (signature !== wanted) throw new Error("the message's signature is wrong");
    return {
      header: JSON.parse(Buffer.from(header, "base64url")),
      claims: JSON.parse(inflateRawSync(Buffer.from(payload, "base64url"))),
    };
  }

  reports() { return [...this.received.values()].map((text) => JSON.parse(text)); }

  async answer(url, {method, headers, body}) {
    const request = {method, path: url.slice((this.issuer + "/api/v1").length), headers, body: body && JSON.parse(body)};
    this.requests.push(request);
    const other = this.interfere && await this.interfere(request, this);
    if (other) return other;
    if (request.path === "/activations") return this.activation(request.body);
    const installation = this.tokens.get((headers.Authorization || "").replace("Bearer ", ""));
    if (!installation) return problem(401, "installation_token_unknown");
    if (method === "DELETE") {
      this.said = "installation_released";
      return new Response(null, {status: 204});
    }
    const results = this.judge(request.body.reports);
    return json(200, {...await this.common(installation), results});
  }
}

function json(status, body, headers = {}) {
  return new Response(JSON.stringify(body), {status, headers: {"Content-Type": "application/json", ...headers}});
}

function problem(status, code, headers = {}) {
  return json(status, {type: "about:blank", title: "No", status, code, detail: "Refused."}, {
    "Content-Type": "application/problem+json", ...headers,
  });
}

module.exports = {Simulator, json, newKey, problem, sign, DAY};
