// Why this is as it is: docs/decisions/0009-browser-sdk.md.
(() => {
  "use strict";

  const MINUTE = 60e3, DAY = 1440 * MINUTE;

  function demand(holds, what) {
    if (!holds) throw new RangeError(what);
  }

  // Bytes

  const subtle = globalThis.crypto?.subtle;
  const utf8 = (text) => new TextEncoder().encode(text);

  function base64url(bytes) {
    const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
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

  // For older browsers: RFC 1951, 3.2.4.
  function storedBlocks(bytes) {
    const out = [];
    bytes.forEach((byte, at) => {
      const left = bytes.length - at, size = Math.min(left, 65535);
      if (at % 65535 === 0) out.push(left === size, size, size >> 8, ~size, ~size >> 8);
      out.push(byte);
    });
    return Uint8Array.from(out);
  }

  // Typed symbols

  const SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

  function readSymbols(typed) {
    const text = String(typed).replace(/[\s-]/g, "");
    // Only ASCII is folded: Unicode has look-alikes.
    return /[^0-9A-Za-z]|u/i.test(text) ? "" : text.toUpperCase().replace(/O/g, "0").replace(/[IL]/g, "1");
  }

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
    const number = (await hmac(messageKey, "ack:" + jti)).slice(0, 5).reduce((sum, byte) => sum * 256 + byte, 0);
    return number.toString(32).padStart(8, "0").replace(/./g, (digit) => SYMBOLS[parseInt(digit, 32)]);
  }

  // Signed things

  const isString = (value) => typeof value === "string";
  const isText = (value) => isString(value) && value !== "";
  const isTexts = (value) => Array.isArray(value) && value.every(isText);
  const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
  const isDate = (value) => isCount(value) && value <= 253402300799;
  const isVerdict = ({valid, code, detail}) => isText(code) && isString(detail) && valid === (code === "active");
  const isResult = ({id, status, code = "", detail = ""}) =>
    isText(id) && ["accepted", "duplicate", "rejected"].includes(status) && isString(code) && isString(detail);
  const isResults = (value) => value.every(isResult) && new Set(value.map(({id}) => id)).size === value.length;

  function check(members, wanted) {
    for (const [name, want] of Object.entries(wanted)) {
      demand(want instanceof Function ? want(members[name]) : members[name] === want);
    }
  }

  function readObject(part) {
    const text = new TextDecoder("utf-8", {fatal: true, ignoreBOM: true}).decode(fromBase64url(part));
    let members = 0;
    const value = JSON.parse(text, function (name, inner) {
      if (!Array.isArray(this)) members++;
      return inner;
    });
    demand(text.replace(/"(\\.|[^"\\])*"/g, "").split(":").length === members);
    return value;
  }

  async function importKey(jwk) {
    check({alg: "ES256", use: "sig", ...jwk}, {alg: "ES256", use: "sig"});
    const {kty, crv, x, y} = jwk;
    return subtle.importKey("jwk", {kty, crv, x, y}, {name: "ECDSA", namedCurve: "P-256"}, false, ["verify"]);
  }

  async function open(text, typ, keyOf, wanted) {
    const [header, payload, signature, ...more] = text.split(".");
    const {kid, ...rest} = readObject(header);
    check(rest, {typ, alg: "ES256", crit: undefined, b64: undefined});
    const bytes = fromBase64url(signature), input = utf8(header + "." + payload);
    demand(!more.length && await subtle.verify({name: "ECDSA", hash: "SHA-256"}, keyOf(kid), bytes, input));
    const claims = readObject(payload);
    check(claims, {jti: isText, iat: isDate, ...wanted});
    return claims;
  }

  // Trust

  const anchor = async (rootKey, iss) =>
    ({iss, root: await importKey(rootKey), rootVersion: 0, roots: [], keyset: null, version: 0, keys: new Map()});

  async function restore(trust, roots, keyset) {
    for (const text of roots) {
      // Followed if the current root signed it, else left.
      try {
        const wanted = {iss: trust.iss, aud: "kit-root", version: isCount};
        const {root, version} = await open(text, "kit-root+jwt", () => trust.root, wanted);
        demand(version > trust.rootVersion);
        trust = {...trust, root: await importKey(root), rootVersion: version, roots: [...trust.roots, text]};
      } catch {}
    }
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

  // A stranger's throws; an outdated or expired one of ours changes nothing.
  async function accept(trust, roots, keyset, now) {
    const offered = await restore(trust, roots, String(keyset));
    if (offered.version >= trust.version && offered.exp > now) return offered;
    demand(trust.keyset);
    return trust;
  }

  // Lease and verdict

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
    iss: trust.iss, aud: installationId, message: isText, verdict: isVerdict, results: isResults,
  });

  async function signMessage(claims, key, kid) {
    const header = utf8(JSON.stringify({alg: "HS256", typ: "kit-message+jwt", kid, zip: "DEF"}));
    const input = base64url(header) + "." + base64url(await deflate(utf8(JSON.stringify(claims))));
    return input + "." + base64url(await hmac(key, input));
  }

  const refusal = ({code, detail = ""}) => ({valid: false, code, detail, warnings: []});
  const verdict = (code) =>
    ({...refusal({code, detail: code.replace(/_/g, " ")}), valid: ["active", "in_grace"].includes(code)});
  const warn = (said, code) => ({...said, warnings: [...said.warnings, code]});

  // held: a lease's claims, null, or false: it does not verify.
  function decide(held, {said, forgotten, highest}, now) {
    if (said?.valid === false) return refusal(said);
    if (held === false) return verdict("lease_invalid");
    if (!held) return verdict(forgotten ? "reactivation_needed" : "unlicensed");
    const seconds = now / 1000;
    if (now < highest - DAY || seconds < held.nbf) return verdict("clock_suspect");
    const dated = verdict(seconds < held.exp ? "active" : seconds < held.grace_until ? "in_grace" : "lease_expired");
    return !forgotten ? dated : dated.valid ? warn(dated, "reactivation_needed") : verdict("reactivation_needed");
  }

  // Storage

  const timeBox = (promise, patience) => new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject("late"), patience);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });

  const isObject = (value) => value instanceof Object, isReport = ({id}) => isText(id);

  function readable([key, text]) {
    try {
      const record = JSON.parse(text);
      check(record, {
        state: {id: isText, former: isObject}, live: {report: isReport, items: isObject}, report: {report: isReport},
        message: {ids: isTexts}, aside: {},
      }[key.split(":")[0]]);
      return [[key, record]];
    } catch {
      return [];
    }
  }

  function edit(texts, work, put = () => {}, drop = put) {
    const draft = new Map([...texts].flatMap(readable)), after = new Map();
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
    opening.onsuccess = () => resolve({kind: "indexeddb", transact: (work) => new Promise((done, failed) => {
      const transaction = opening.result.transaction("records", "readwrite", {durability: "strict"});
      const records = transaction.objectStore("records"), keys = records.getAllKeys(), values = records.getAll();
      values.onsuccess = () => {
        const texts = new Map(keys.result.map((key, at) => [key, values.result[at]]));
        const edited = edit(texts, work, (text, key) => records.put(text, key), (key) => records.delete(key));
        transaction.oncomplete = () => done(edited);
      };
      transaction.onabort = failed;
    })});
  });

  function openWebStorage(name, alone) {
    const area = localStorage;
    return {kind: "localstorage", transact: (work) => alone("store", () => {
      const keys = Object.keys(area).filter((key) => key.startsWith(name));
      const texts = new Map(keys.map((key) => [key.slice(name.length), area.getItem(key)]));
      return edit(texts, work, (text, key) => area.setItem(name + key, text), (key) => area.removeItem(name + key));
    })};
  }

  // Reports

  const bounded = (value, most) => Math.max(0, Math.min(most, Math.round(value) || 0));
  const written = (moment) => new Date(bounded(moment, 253402300799e3)).toISOString();
  const all = (draft, kind) => [...draft].filter(([key]) => key.startsWith(kind)).map(([, record]) => record);
  const queued = (draft, owner) => all(draft, "report:")
    .filter((entry) => !owner || entry.owner === owner).sort((one, other) => one.report.seq - other.report.seq);
  const idsOf = (entries) => entries.map(({report}) => report.id);

  function checkCount(count, mode) {
    const number = mode === "individual" ? 1 : Number(count);
    demand(isCount(number) && number > 0 && number <= 5000, "attendeeCount");
    return number;
  }

  function checkItem(item) {
    demand(isText(item) && item.length <= 64, "item");
    return item;
  }

  function queue(state, draft, report, clock) {
    const key = "report:" + report.id;
    if (draft.has(key) || state.usageReporting === "off") return;
    draft.set(key, {owner: state.id, clock, report: {...report, seq: ++state.seq}});
  }

  function finish(state, draft, {report, items, clock, elapsed}) {
    draft.delete("live:" + report.id);
    const lines = Object.values(items).slice(0, 100), played = lines.reduce((sum, {seconds}) => sum + seconds, 0);
    const duration_seconds = bounded(Math.max(elapsed / 1000, played), 86400);
    queue(state, draft, {...report, duration_seconds, items: lines}, clock);
  }

  function settle(draft, results, tally) {
    for (const {id, status, code, detail} of results) {
      const key = "report:" + id, entry = draft.get(key);
      if (!entry) continue;
      draft.delete(key);
      tally[status === "refused" ? "setAside" : "sent"]++;
      if (status.startsWith("re")) draft.set("aside:" + id, {status, code, detail, report: entry.report});
    }
  }

  function fitting(entries, most) {
    const some = entries.filter(({clock}) => clock === entries[0].clock).slice(0, most);
    return most > 1 && utf8(JSON.stringify(some)).length > 1e6 ? fitting(some, most >> 1) : some;
  }

  // The server's answers

  function parse(text) {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }

  function checkAnswer(answer, ids, installationId) {
    check(answer, {verdict: isVerdict, keyset: isText, roots: isTexts, server_time: (time) => Date.parse(time) > 0});
    const {verdict: {valid}, lease, results} = answer;
    demand(valid ? isText(lease) : ids);
    if (ids) {
      demand(isResults(results) && results.every(({id}) => ids.includes(id)));
    } else {
      check(answer, {
        installation_id: installationId, installation_token: isText, message_key: isText, message_kid: isText,
      });
    }
  }

  // The client

  function KitClient({
    server, kitId, kitVersion, rootKey, organisation, clock = () => Date.now(), ticks = () => performance.now(),
  }) {
    const locks = globalThis.navigator?.locks, issuer = server.replace(/\/+$/, "");
    const name = "kit-client " + JSON.stringify([issuer, kitId, organisation]) + " ";
    const turns = {};
    let kind = "memory", lost = false, memory = new Map(), pending = [], patience = 5e3;
    let turn = Promise.resolve(), opening;

    // State and time

    function uuid() {
      const time = bounded(clock(), 2 ** 48 - 1).toString(16).padStart(12, "0");
      return time.replace(/.{8}/, "$&-") + "-7" + crypto.randomUUID().slice(15);
    }

    const newcomer = (id) => ({
      id, seq: 0, installation_token: null, message_key: null, lease: null, leaseIat: 0, said: null, saidAt: 0, learner: null,
    });

    const connect = () => openIndexedDb(name).then((store) => {
      try {
        localStorage[name] = 1;
      } catch {}
      return store;
    }, () => {
      demand(!localStorage[name]);
      return openWebStorage(name, alone);
    });

    // What cannot be written is done in memory, and again when storage comes back.
    async function run(work) {
      let edited, store;
      pending.push(work);
      try {
        store = await timeBox(opening = opening || connect(), patience);
        kind = store.kind;
        edited = await timeBox(store.transact((draft) => pending.map((one) => one(draft)).pop()), 5e3);
        pending = [];
        lost = false;
      } catch (error) {
        if (error === "late") patience = 50;
        else opening = null;
        lost = true;
        edited = edit(memory, work);
      }
      memory = edited.after;
      return edited.result;
    }

    // One transaction. The work may run again, and must not throw.
    function update(work) {
      const id = uuid();
      return turn = turn.catch(() => {}).then(() => run((draft) => {
        const state = draft.get("state") || {
          ...newcomer(all(draft, "report:")[0]?.owner || id), keyset: null, version: 0, roots: [], offset: null, highest: 0, reportedAt: 0, former: {},
        };
        draft.delete("state");
        for (const {report} of queued(draft, state.id)) state.seq = Math.max(state.seq, report.seq);
        const result = work(state, draft);
        draft.set("state", state);
        return result;
      }));
    }

    const read = () => update((state) => state);
    const count = () => update((state, draft) => queued(draft).length);

    function timing({offset, highest}, local = clock()) {
      const now = local + offset;
      const astray = offset === null || Math.abs(offset) > 5 * MINUTE || now < highest - 5 * MINUTE;
      return {now, astray, clock: offset !== null && now >= highest - DAY ? null : offset || 0};
    }

    async function saved(state) {
      let trust, lease = state.lease && false;
      try {
        trust = await anchor(rootKey, issuer);
        trust = await restore(trust, state.roots, state.keyset);
        if (state.lease) lease = await readLease(state.lease, trust, kitId, state.id, 0);
      } catch {}
      return {trust, lease};
    }

    async function standing(warning) {
      const state = await read(), {lease} = await saved(state), {now, clock} = timing(state);
      let said = decide(lease, state, now);
      if (lease && clock === null && now > state.highest + MINUTE) {
        await update((current) => {
          if (current.offset === state.offset) current.highest = Math.max(current.highest, now);
        });
      }
      if (warning) said = warn(said, warning);
      return lost ? warn(said, "no_storage") : said;
    }

    // Locks between tabs

    const hold = (what) => new Promise((granted, failed) => {
      locks.request(name + what, () => new Promise(granted)).catch(failed);
    }).catch(() => null);

    const alone = (what, work) => turns[what] = (turns[what] || Promise.resolve()).catch(() => {}).then(async () => {
      const release = await hold(what);
      try {
        return await work();
      } finally {
        release?.();
      }
    });

    async function recover() {
      const seen = await update((state, draft) => idsOf(all(draft, "live:")));
      if (!seen.length) return;
      let alive;
      try {
        alive = (await locks.query()).held.map((lock) => lock.name);
      } catch {}
      await update((state, draft) => {
        for (const session of all(draft, "live:").filter(({report}) => seen.includes(report.id))) {
          const silent = Math.abs(clock() - session.beat) > 5 * MINUTE;
          if (alive ? !alive.includes(name + session.report.id) : silent) finish(state, draft, session);
        }
      });
    }

    // Network

    async function send(method, path, token, body) {
      const stop = new AbortController();
      try {
        const {retryAfter} = await read(), now = clock();
        demand(!(now < retryAfter && retryAfter <= now + DAY));
        const [{status, headers}, text] = await timeBox(fetch(`${issuer}/api/v1/${path}`, {
          method, body: body && JSON.stringify(body), credentials: "omit", redirect: "error", signal: stop.signal,
          headers: {"Content-Type": "application/json", ...(token && {Authorization: "Bearer " + token})},
        }).then(async (answer) => [answer, await answer.text()]), 20e3);
        const content = parse(text), at = clock();
        const isProblem = /^application\/problem\+json/.test(headers.get("Content-Type")) && isText(content?.code);
        if (status === 429 || status === 503) {
          const asked = headers.get("Retry-After"), wait = asked > 0 ? asked * 1000 : Date.parse(asked) - at;
          await update((state) => { state.retryAfter = at + bounded(wait, DAY); });
        }
        return {status, at, content, problem: isProblem && content};
      } catch {
        return {};
      } finally {
        stop.abort();
      }
    }

    const application = (state, token) => ({
      activation_token: token, installation_id: state.id, kit: {id: kitId, version: kitVersion},
      client: {name: "browser", version: "0.1.0"},
    });

    // at: when the word was heard; else it was carried here. Throws if it is not to be believed.
    async function take(state, word, at, tally, receipt) {
      const heard = at && Date.parse(word.server_time);
      const known = await saved(state), now = heard || timing(state).now;
      const trust = await accept(known.trust, word.roots, word.keyset, now / 1000);
      const claims = receipt && await readReceipt(receipt, trust, state.id), {verdict: said, results} = claims || word;
      const {keyset, version, roots} = trust, {installation_token, message_key, message_kid} = word;
      const reading = word.lease && readLease(word.lease, trust, kitId, state.id, state.leaseIat);
      const lease = await (claims ? reading?.catch(() => null) : reading);
      const spoken = 1000 * (heard ? Math.floor(heard / 1000) : (claims || lease).iat);
      demand(claims || spoken >= state.saidAt);
      await update((current, draft) => {
        if (tally) {
          settle(draft, results, tally);
          current.reportedAt = Math.max(current.reportedAt, spoken);
        }
        if (current.id !== state.id) return;
        if (version >= current.version) Object.assign(current, {keyset, version, roots});
        if (lease && lease.iat >= current.leaseIat) Object.assign(current, {lease: word.lease, leaseIat: lease.iat});
        if (heard) Object.assign(current, {offset: heard - at, highest: heard});
        else if (spoken > current.saidAt) current.highest = spoken;
        if (spoken >= current.saidAt) Object.assign(current, {said, saidAt: spoken});
        if (installation_token) Object.assign(current, {installation_token, message_key, message_kid});
        if (heard || installation_token) current.forgotten = false;
      });
    }

    const moveOut = (id) => update((state, draft) => {
      if (state.id !== id) return;
      for (const session of all(draft, "live:")) finish(state, draft, session);
      const {installation_token, message_key, message_kid} = state;
      if (installation_token) state.former[id] = {id, installation_token, message_key, message_kid};
      Object.assign(state, newcomer(uuid()));
    });

    const as = (state, id) => id === state.id ? state : {...state, ...newcomer(id)};

    async function activated(state, answer, at) {
      let ours = null;
      try {
        checkAnswer(answer, null, state.id);
        ours = verdict("lease_invalid");
        await take(state, answer, at);
        return standing();
      } catch {
        return ours;
      }
    }

    // True, "forgotten", or false: no answer.
    async function drain(id, token, tally, isOwn) {
      const tried = new Set();
      let most = 500;
      for (let first = isOwn; ; first = false) {
        const {state, batch, ids, offset} = await update((current, draft) => {
          const silent = current.usageReporting === "off" || first && timing(current).astray;
          const left = silent ? [] : queued(draft, id).filter(({report}) => !tried.has(report.id));
          const some = fitting(left, most);
          return {state: current, batch: some, ids: idsOf(some), offset: some[0]?.clock ?? current.offset};
        });
        if (!ids.length && !first) return true;
        const {status, content, problem, at} = await send("POST", "sync", token, {
          sent_at: written(clock() + offset), reports: batch.map(({report}) => report),
          ...(state.usageReporting && {usage_reporting: state.usageReporting}),
        });
        if (status === 413 && ids.length > 1) {
          most = ids.length >> 1;
        } else if (problem && status === 401 && isOwn) {
          await update((current) => { current.forgotten = current.installation_token === token; });
          return "forgotten";
        } else if (problem && [400, 401, 413, 422].includes(status) && ids.length) {
          const refused = ids.map((one) => ({...problem, id: one, status: "refused"}));
          await update((current, draft) => settle(draft, refused, tally));
        } else {
          try {
            demand(status === 200);
            checkAnswer(content, ids);
            await take(as(state, id), content, at, tally);
          } catch {
            return false;
          }
          ids.forEach((one) => tried.add(one));
        }
      }
    }

    // By hand

    async function exportable(wanted) {
      await recover();
      return update((state, draft) => [state, ...Object.values(state.former)].map((one) => ({
        state: {...state, ...one}, entries: state.usageReporting === "off" ? [] : queued(draft, one.id).filter(wanted),
      })).filter(({state: {message_key}, entries}, at) => message_key && (!at || entries.length)));
    }

    async function seal(state, entries) {
      const jti = uuid(), now = clock() + (entries[0]?.clock ?? state.offset);
      const claims = {
        iss: issuer, aud: issuer, jti, iat: Math.floor(now / 1000), sub: state.id, sent_at: written(now),
        reports: entries.map(({report}) => report),
      };
      const {message_key, message_kid} = state, text = await signMessage(claims, message_key, message_kid);
      return {jti, text, ids: idsOf(entries), ack: await acknowledgement(message_key, jti)};
    }

    const remember = (messages) => update((state, draft) => {
      for (const {jti, ids} of all(draft, "message:")) {
        if (!ids.some((id) => draft.has("report:" + id))) draft.delete("message:" + jti);
      }
      for (const {text, ...message} of messages) draft.set("message:" + message.jti, message);
    });

    // What a page calls

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
      demand(["workshop", "individual"].includes(mode), "mode");
      const attendee_count = checkCount(attendeeCount, mode);
      await recover();
      const began = ticks(), local = clock(), id = uuid(), key = "live:" + id, opaque = crypto.randomUUID();
      const release = await hold(id);
      await update((state, draft) => {
        if (state.usageReporting === "off") return;
        const time = timing(state, local);
        const report = {id, type: "session", mode, started_at: written(time.now), attendee_count};
        if (mode === "individual" && learner) report.learner = state.learner = state.learner || opaque;
        draft.set(key, {report, items: {}, clock: time.clock, elapsed: 0, beat: local});
      });
      const note = (work) => update((state, draft) => {
        const session = draft.get(key);
        if (!session) return;
        session.beat = clock();
        session.elapsed = ticks() - began;
        work(session, state, draft);
      });
      const pulse = release ? 0 : setInterval(note, MINUTE, () => {});
      let ended = false;
      return {
        async play(item, {seconds, completed} = {}) {
          checkItem(item);
          if (ended) return;
          await note(({items}) => {
            const line = items["." + item] = items["." + item] || {item, seconds: 0, completed: false};
            line.seconds = bounded(line.seconds + (seconds > 0 && Number(seconds)), 86400);
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
          release?.();
        },
      };
    }

    async function giveFeedback({rating, item, comment = ""}) {
      demand([1, 2, 3, 4, 5].includes(rating), "rating");
      demand(comment.length <= 2000, "comment");
      const id = uuid(), local = clock();
      const report = {
        id, type: "feedback", rating, item: item ? checkItem(item) : null,
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
        if (answer === true) for (const other in former) await drain(other, former[other].installation_token, tally);
        return answer;
      });
      const said = await standing(heard === false && "no_answer");
      return {
        ...tally, remaining: await count(), reachable: Boolean(heard),
        verdict: heard === "forgotten" ? verdict("reactivation_needed") : said,
      };
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
      const {code} = await standing(), found = await exportable(() => true);
      if (!found.length) return null;
      // Ours while it has something to say.
      const one = code === "active" && found.find(({entries}) => entries.length) || found[0];
      const message = await seal(one.state, fitting(one.entries, 500));
      await remember([message]);
      return JSON.stringify({message: message.text});
    }

    async function exportCodes() {
      const found = await exportable(({report}) => {
        delete report.learner;
        return report.type === "session";
      });
      const codes = [], address = ({text}) => `${issuer}/r#${text}`;
      for (let {state, entries: left} of found) while (left.length) {
        let code, count = 0;
        while (left[count]?.clock === left[0].clock) {
          const longer = await seal(state, left.slice(0, count + 1));
          if (address(longer).length > 666) break;
          code = longer;
          count++;
        }
        if (code) codes.push(code);
        left = left.slice(count || 1);
      }
      await remember(codes);
      return codes.map(address);
    }

    async function importResponse(text) {
      const {activation, receipt, ...word} = parse(text) || {}, state = await read(), tally = {sent: 0, setAside: 0};
      let said;
      if (activation) {
        const {code, installation_id: id = state.id} = activation;
        said = isText(code) ? id === state.id && refusal(activation) : await activated(state, activation);
        if (said?.code === "installation_elsewhere") await moveOut(state.id);
      } else {
        for (const id of [state.id, ...Object.keys(state.former)]) try {
          await take(as(state, id), {roots: [], ...word}, 0, tally, String(receipt));
          said = await standing();
        } catch {}
      }
      return {...(said || await standing("response_invalid")), ...tally, remaining: await count()};
    }

    function confirm(typed) {
      const ack = readSymbols(typed);
      return update((state, draft) => {
        const message = all(draft, "message:").find((one) => one.ack === ack);
        message?.ids.forEach((id) => draft.delete("report:" + id));
        if (message) state.reportedAt = timing(state).now;
        return Boolean(message);
      });
    }

    async function setUsageReporting(choice) {
      await update((state) => { state.usageReporting = choice === "off" ? "off" : "on"; });
    }

    async function status() {
      await recover();
      const said = await standing();
      const [state, aside] = await update((current, draft) => [current, all(draft, "aside:")]);
      const {lease} = await saved(state);
      return {
        verdict: said, lease: lease || null, queued: await count(), aside, storage: lost ? "memory" : kind,
        installationId: state.id, reportedAt: state.reportedAt, usageReporting: state.usageReporting || "on",
      };
    }

    Object.assign(this, {
      activate, check: () => standing(), startSession, giveFeedback, sync, release, exportActivation, exportMessage,
      exportCodes, importResponse, confirm, setUsageReporting, status,
    });
  }

  KitClient.rules = {anchor, restore, accept, readLease, readReceipt, signMessage, decide, normaliseToken,
    storedBlocks, readSymbols, acknowledgement};
  globalThis.KitClient = KitClient;
})();
