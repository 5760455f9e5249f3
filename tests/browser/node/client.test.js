"use strict";
const assert = require("node:assert/strict");
const {test} = require("node:test");
const {Place, TOKEN, HOUR, KitClient, workshop} = require("./place.js");
const {json, newKey, problem, sign, DAY} = require("./simulator.js");

const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const codes = (verdict) => [verdict.code, ...verdict.warnings];

test("a kit that was never activated is unlicensed, and says so without the network", async () => {
  const place = await Place.make();

  assert.deepEqual(codes(await place.kit().check()), ["unlicensed"]);
  assert.deepEqual(place.server.requests, []);
});

test("a mistyped token is told before any network", async () => {
  const place = await Place.make();

  assert.equal((await place.kit().activate(TOKEN.replace("7", "8"))).code, "token_mistyped");
  assert.equal((await place.kit().activate(undefined)).code, "token_mistyped");
  assert.deepEqual(place.server.requests, []);
});

test("activation asks as the contract has it, forgives typing, and lasts", async () => {
  const place = await Place.make();

  const verdict = await place.kit().activate("  7k3m z9qx tov1 w2r4 y5a6 b8co dleb");

  assert.deepEqual(codes(verdict), ["active"]);
  const [{path, method, body}] = place.server.requests;
  assert.deepEqual([method, path, body.activation_token], ["POST", "/activations", TOKEN]);
  assert.match(body.installation_id, UUID7);
  assert.deepEqual(Object.keys(body).sort(), ["activation_token", "client", "installation_id", "kit"]);
  place.online = false;
  assert.deepEqual(codes(await place.kit().check()), ["active"]);
});

test("no answer to an activation is a warning, and the retry has the same id", async () => {
  const place = await Place.make();
  const first = place.kit();
  place.server.interfere = () => new Response("<html>Welcome to our wireless network</html>", {status: 200});

  assert.deepEqual(codes(await first.activate(TOKEN)), ["unlicensed", "no_answer"]);
  place.server.interfere = null;
  await place.kit().activate(TOKEN);

  const [one, other] = place.server.requests.map(({body}) => body.installation_id);
  assert.equal(one, other);
});

test("a refusal carries the server's code and ends nothing", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  place.server.interfere = () => problem(403, "token_unknown");

  assert.deepEqual(codes(await kit.activate(TOKEN)), ["token_unknown"]);
  assert.deepEqual(codes(await kit.check()), ["active"]);
});

test("an answer that our root did not sign is worth nothing", async () => {
  const place = await Place.make();
  const kit = place.kit({rootKey: (await newKey("other")).jwk});

  assert.deepEqual(codes(await kit.activate(TOKEN)), ["lease_invalid"]);
  assert.deepEqual(codes(await kit.check()), ["unlicensed"]);
});

test("another organisation's installation: a new id, a new outbox, and the old one still reports", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  await workshop(kit);
  const old = (await kit.status()).installationId;
  place.server.elsewhere.add(old);

  assert.deepEqual(codes(await kit.activate(TOKEN)), ["active"]);
  const {installationId} = await kit.status();
  assert.notEqual(installationId, old);
  await workshop(kit, 3);
  const result = await kit.sync();

  assert.deepEqual([result.sent, result.remaining], [2, 0]);
  const sent = place.server.requests.filter(({body}) => body?.reports?.length);
  assert.deepEqual(sent.map(({headers}) => place.server.tokens.get(headers.Authorization.slice(7))), [installationId, old]);
  assert.deepEqual(sent.map(({body}) => body.reports[0].seq), [1, 1]);
});

test("a session under way counts for the organisation it began under", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  const old = (await kit.status()).installationId;
  const session = await kit.startSession({mode: "workshop", attendeeCount: 14});
  await session.play("film-1", {seconds: 30});
  place.server.elsewhere.add(old);
  await place.kit().activate(TOKEN);
  await session.play("film-1", {seconds: 30});
  await session.end();

  assert.equal((await kit.sync()).sent, 1);
  const [sent] = place.server.requests.filter(({body}) => body?.reports?.length);
  assert.equal(place.server.tokens.get(sent.headers.Authorization.slice(7)), old);
  assert.deepEqual(sent.body.reports[0].items, [{item: "film-1", seconds: 30, completed: false}]);
});

test("a workshop reaches the server as the contract has it", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  const session = await kit.startSession({mode: "workshop", attendeeCount: 14});
  place.pass(10 * 60e3);
  await session.play("film-1", {seconds: 200.4});
  await session.play("film-1", {seconds: 211.9, completed: true});
  await session.play("film-2");
  place.pass(35 * 60e3);
  await session.end({attendeeCount: 15});
  await session.end({attendeeCount: 16});
  await session.play("film-3", {seconds: 1});
  await kit.giveFeedback({rating: 4, item: "film-1", comment: "Half a \ud83d"});

  const result = await kit.sync();

  assert.deepEqual(result, {
    sent: 2, setAside: 0, remaining: 0, reachable: true, verdict: {valid: true, code: "active", detail: "active", warnings: []},
  });
  const [{id, ...first}, {id: other, ...second}] = place.server.reports();
  assert.match(id, UUID7);
  assert.match(other, UUID7);
  assert.deepEqual(first, {
    seq: 1, type: "session", mode: "workshop", started_at: "2026-03-02T09:00:00.000Z", duration_seconds: 2700, attendee_count: 15,
    items: [{item: "film-1", seconds: 412, completed: true}, {item: "film-2", seconds: 0, completed: false}],
  });
  assert.deepEqual(second, {
    seq: 2, type: "feedback", rating: 4, item: "film-1", comment: "Half a \ufffd", given_at: "2026-03-02T09:45:00.000Z",
  });
});

test("individual study counts one, with an opaque learner that stays", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  for (const learner of [true, true, false]) {
    await (await kit.startSession({mode: "individual", attendeeCount: 9, learner})).end();
  }
  await kit.sync();

  const [one, two, three] = place.server.reports();
  assert.deepEqual([one.attendee_count, two.attendee_count], [1, 1]);
  assert.match(one.learner, /^[A-Za-z0-9_-]{16,64}$/);
  assert.equal(one.learner, two.learner);
  assert.ok(!("learner" in three));
});

test("a mistake of the page is a RangeError", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  const session = await kit.startSession({mode: "workshop", attendeeCount: "14"});

  for (const attempt of [
    () => kit.startSession({mode: "party", attendeeCount: 1}),
    ...[0, 5001, 1.5, "", "many", undefined].map((attendeeCount) => () => kit.startSession({mode: "workshop", attendeeCount})),
    () => session.play(""),
    () => session.end({attendeeCount: 0}),
    () => kit.giveFeedback({rating: 6}),
    () => kit.giveFeedback({rating: 3, comment: "x".repeat(2001)}),
  ]) await assert.rejects(attempt, RangeError);
  await session.end();
  assert.equal((await kit.status()).queued, 1);
});

test("lease, grace, end: as time passes without a network", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  place.online = false;

  const seen = [];
  for (const days of [29, 1, 30]) {
    place.pass(days * 24 * HOUR);
    seen.push((await kit.check()).code);
  }

  assert.deepEqual(seen, ["active", "in_grace", "lease_expired"]);
  assert.deepEqual(codes((await kit.sync()).verdict), ["lease_expired", "no_answer"]);
});

test("a wrong clock neither locks nor unlocks", async () => {
  const place = await Place.make();
  place.skew = -400 * 24 * HOUR;
  const kit = await place.activated();
  assert.deepEqual(codes(await kit.check()), ["active"]);

  place.pass(70 * 24 * HOUR);

  assert.deepEqual(codes(await kit.check()), ["lease_expired"]);
});

test("a clock put back is suspect, until a sync learns the time anew", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  place.pass(10 * 24 * HOUR);
  await kit.check();
  place.skew = -2 * 24 * HOUR;

  assert.deepEqual(codes(await place.kit().check()), ["clock_suspect"]);
  assert.deepEqual(codes((await kit.sync()).verdict), ["active"]);
});

test("reports made by a wrong clock are sent by that clock, so that the server can shift both", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  place.pass(5 * 24 * HOUR);
  await kit.check();
  place.skew = -3 * 24 * HOUR;
  await workshop(kit);
  place.pass(HOUR);

  await kit.sync();

  const {body} = place.server.requests.findLast((request) => request.body?.reports?.length);
  const lag = Date.parse(body.sent_at) - Date.parse(body.reports[0].started_at);
  assert.equal(lag, HOUR);
});

test("what a server that ended the licence said is repeated until it says otherwise", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  await workshop(kit);
  place.server.said = "licence_revoked";

  const result = await kit.sync();

  assert.deepEqual([result.verdict.code, result.sent, result.remaining], ["licence_revoked", 1, 0]);
  place.online = false;
  assert.deepEqual(codes(await place.kit().check()), ["licence_revoked"]);
  place.online = true;
  place.server.said = "active";
  assert.deepEqual(codes((await kit.sync()).verdict), ["active"]);
});

test("nothing but a 200 of ours is an answer, and nothing is lost by it", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  await workshop(kit);
  const good = async ({body}) => ({...await place.server.common((await kit.status()).installationId), results: place.server.judge(body.reports)});
  const answers = {
    "a portal": () => new Response("<html>", {status: 200, headers: {"Content-Type": "text/html"}}),
    "cut-off JSON": async (request) => new Response(JSON.stringify(await good(request)).slice(0, -20), {status: 200}),
    "403 of a proxy": () => new Response("Forbidden", {status: 403}),
    "401 of a proxy": () => new Response("Who are you?", {status: 401}),
    "422 of a proxy": () => json(422, {error: "no"}),
    "407": () => new Response("", {status: 407}),
    "500": () => problem(500, "internal_error"),
    "another service's JSON": () => json(200, {status: "ok"}),
    "a stranger's keyset": async (request) => json(200, {...await good(request), keyset: await place.server.signKeyset(9, {root: await newKey("root")})}),
    "no results": async (request) => json(200, {...await good(request), results: undefined}),
    "results of other reports": async (request) => json(200, {...await good(request), results: [{id: "other", status: "accepted"}]}),
    "a valid verdict without lease": async (request) => json(200, {...await good(request), lease: null}),
    "another installation's lease": async (request) => json(200, {...await good(request), lease: await place.server.lease("other")}),
    "an ended licence that is none of ours": () => json(200, {verdict: {valid: false, code: "licence_revoked"}}),
  };
  for (const [name, answer] of Object.entries(answers)) {
    place.server.interfere = answer;
    place.server.received.clear();
    const result = await kit.sync();
    assert.deepEqual([result.reachable, result.sent, result.remaining, ...codes(result.verdict)], [false, 0, 1, "active", "no_answer"], name);
  }
  place.server.interfere = null;
  place.server.received.clear();
  assert.equal((await kit.sync()).sent, 1);
});

test("an answer that was heard before is not heard again", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  place.pass(1000);
  await kit.sync();
  const old = await place.server.common((await kit.status()).installationId);
  place.pass(1000);
  place.server.said = "licence_suspended";
  await kit.sync();
  place.server.interfere = () => json(200, {...old, results: []});

  const result = await kit.sync();

  assert.deepEqual([result.reachable, result.verdict.code], [false, "licence_suspended"]);
});

test("a server that forgot the installation: lease and outbox stay", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  await workshop(kit);
  place.server.tokens.clear();

  const result = await kit.sync();

  assert.deepEqual([result.verdict.valid, result.verdict.code, result.reachable, result.remaining], [false, "reactivation_needed", true, 1]);
  assert.deepEqual(codes(await kit.check()), ["active", "reactivation_needed"]);
  place.pass(61 * 24 * HOUR);
  assert.deepEqual(codes(await kit.check()), ["reactivation_needed"]);
  await kit.activate(TOKEN);
  assert.deepEqual([(await kit.sync()).sent, ...codes(await kit.check())], [1, "active"]);
});

test("a refused batch is set aside, visibly; a rejected report alone", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  await workshop(kit);
  await kit.giveFeedback({rating: 1, comment: "reject me"});
  assert.deepEqual([(await kit.sync()).sent, (await kit.status()).aside.map(({status, code}) => [status, code])], [2, [["rejected", "invalid"]]]);

  await workshop(kit);
  place.server.interfere = ({body}) => (body.reports.length ? problem(422, "shape") : null);
  const result = await kit.sync();

  assert.deepEqual([result.setAside, result.remaining], [1, 0]);
  assert.deepEqual((await kit.status()).aside.map(({status, code}) => [status, code]).sort(), [["refused", "shape"], ["rejected", "invalid"]]);
});

test("413 halves the batch; 500 reports are the most", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  for (let index = 0; index < 7; index++) await kit.giveFeedback({rating: 3});
  const sizes = [];
  place.server.interfere = ({body}) => {
    sizes.push(body.reports.length);
    return body.reports.length > 2 ? problem(413, "body_too_large") : null;
  };

  const result = await kit.sync();

  assert.deepEqual([result.sent, result.remaining, sizes], [7, 0, [7, 3, 1, 1, 1, 1, 1, 1, 1]]);
});

test("Retry-After is honoured, by every call", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  place.server.interfere = () => problem(503, "busy", {"Retry-After": "120"});
  await kit.sync();
  const before = place.server.requests.length;
  place.server.interfere = null;
  place.pass(119e3);
  assert.deepEqual(codes((await kit.sync()).verdict), ["active", "no_answer"]);
  assert.equal(place.server.requests.length, before);
  place.pass(2e3);

  assert.equal((await kit.sync()).reachable, true);
});

test("a changed root and keyset are followed, and an older keyset is not", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  const {server} = place;
  const first = server.keyset, root = await newKey("root-2"), key = await newKey("signing-2");
  const claims = {iss: server.issuer, aud: "kit-root", jti: "1", iat: server.seconds(), root: root.jwk, version: 2};
  Object.assign(server, {roots: [await sign(server.root, "kit-root+jwt", claims)], key});
  server.keyset = await server.signKeyset(2, {root});
  place.pass(1000);
  assert.deepEqual(codes((await kit.sync()).verdict), ["active"]);

  server.keyset = first;
  server.roots = [];

  assert.equal((await kit.sync()).reachable, false);
  assert.deepEqual(codes(await place.kit({rootKey: server.root.jwk}).check()), ["active"]);
});

test("an objection is told, and nothing else", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  await workshop(kit);
  await kit.setUsageReporting("off");
  await workshop(kit);
  await kit.giveFeedback({rating: 2});

  const result = await kit.sync();

  assert.deepEqual([result.sent, result.reachable, ...codes(result.verdict)], [0, true, "active"]);
  const {body} = place.server.requests.at(-1);
  assert.deepEqual([body.reports, body.usage_reporting], [[], "off"]);
  await kit.setUsageReporting("on");
  assert.equal((await kit.sync()).sent, 1);
});

test("giving the seat back reports first", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  await workshop(kit);

  assert.deepEqual(codes(await kit.release()), ["installation_released"]);
  assert.deepEqual(codes(await place.kit().check()), ["installation_released"]);
  assert.equal(place.server.received.size, 1);
  place.server.said = "active";
  assert.deepEqual(codes(await kit.activate(TOKEN)), ["active"]);
});

test("an abandoned session is reported with what was played; a live one is left alone", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  const session = await kit.startSession({mode: "workshop", attendeeCount: 14});
  await session.play("film-1", {seconds: 412, completed: true});
  place.pass(10 * 60e3);
  await session.play("film-2", {seconds: 60});
  const other = place.kit();
  await other.sync();
  assert.equal(place.server.received.size, 0);

  place.locks.dropAll();
  assert.equal((await other.sync()).sent, 1);

  const [report] = place.server.reports();
  assert.deepEqual([report.attendee_count, report.duration_seconds, report.items.map(({seconds}) => seconds)], [14, 600, [412, 60]]);
  await session.play("film-2", {seconds: 60});
  await session.end();
  assert.deepEqual([(await other.sync()).sent, place.server.received.size], [0, 1]);
});

test("without Web Locks a pulse tells the living from the dead", async () => {
  const place = await Place.make();
  Object.defineProperty(globalThis, "navigator", {value: {}, configurable: true});
  const kit = await place.activated();
  const session = await kit.startSession({mode: "workshop", attendeeCount: 14});
  const other = place.kit();
  place.pass(4 * 60e3);
  await session.play("film-1", {seconds: 240});
  place.pass(2 * 60e3);
  assert.equal((await other.sync()).sent, 0);
  place.pass(4 * 60e3);

  assert.equal((await other.sync()).sent, 1);
  await session.end();
  assert.deepEqual([(await kit.status()).queued, place.server.received.size], [0, 1]);
});

test("two tabs number their reports without a gap or a double", async () => {
  const place = await Place.make();
  const kits = [await place.activated(), place.kit(), place.kit()];
  await Promise.all(kits.flatMap((kit) => [workshop(kit), kit.giveFeedback({rating: 5}), workshop(kit)]));
  await Promise.all(kits.map((kit) => kit.sync()));

  assert.deepEqual(place.server.reports().map(({seq}) => seq).sort((one, other) => one - other), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.equal(place.server.requests.flatMap(({body}) => body.reports || []).length, 9);
});

test("state is kept apart by server, kit and organisation", async () => {
  const place = await Place.make();
  await place.activated();

  for (const options of [{server: "https://other.example"}, {kitId: "kit-2"}, {organisation: "org-2"}]) {
    assert.deepEqual(codes(await place.kit(options).check()), ["unlicensed"], JSON.stringify(options));
  }
  assert.deepEqual(codes(await place.kit().check()), ["active"]);
});

test("without storage it works in memory, and warns", async () => {
  const place = await Place.make();
  globalThis.localStorage = undefined;
  const kit = await place.activated();
  await workshop(kit);

  assert.deepEqual(codes(await kit.check()), ["active", "no_storage"]);
  assert.equal((await kit.status()).storage, "memory");
  assert.deepEqual([(await kit.sync()).sent, (await kit.sync()).sent], [1, 0]);
});

test("a disk that is full for a while loses nothing", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  const {setItem} = FakeStorageOf(place);
  Object.getPrototypeOf(place.storage).setItem = () => { throw new Error("QuotaExceededError"); };
  await workshop(kit);
  assert.deepEqual(codes(await kit.check()), ["active", "no_storage"]);
  Object.getPrototypeOf(place.storage).setItem = setItem;

  assert.deepEqual(codes(await kit.check()), ["active"]);
  assert.equal((await place.kit().status()).queued, 1);
});

const FakeStorageOf = (place) => ({setItem: Object.getPrototypeOf(place.storage).setItem});

test("a record that no kit wrote, or half of one, neither stops the kit nor costs a seat", async () => {
  const broken = {
    state: ["", '{"id": ', "null", "5", "[]", "{}", '{"id": 5, "former": {}}', '{"id": "x", "former": null}'],
    "report:x": ["{", "null", "{}", '{"report": null}'],
    "live:x": ["{", "null", "{}", '{"report": {"id": "x"}}', '{"report": null, "items": {}}'],
    "message:x": ["{", "null", "{}", '{"ids": 5}'],
    "aside:x": ["{"], "holiday:x": ["{}"], holiday: ["photo"],
  };
  for (const [key, texts] of Object.entries(broken)) for (const text of texts) {
    const place = await Place.make(), name = `${key} ${text}`;
    await workshop(await place.activated());
    const [, prefix] = Object.keys(place.storage).join("\n").match(/^(.*)state$/m);
    place.storage.setItem(prefix + key, text);

    const kit = place.kit();
    assert.deepEqual(codes(await kit.check()), [key === "state" ? "unlicensed" : "active"], name);
    await kit.exportCodes();
    assert.equal((await kit.activate(TOKEN)).code, "active", name);
    await workshop(kit);
    assert.deepEqual([(await kit.sync()).remaining, place.server.received.size], [0, 2], name);
    const asked = place.server.requests.filter(({path}) => path === "/activations");
    assert.equal(new Set(asked.map(({body}) => body.installation_id)).size, 1, name);
  }
});

test("an answer that never ends is no answer, and is let go", async ({mock}) => {
  const place = await Place.make();
  const kit = await place.activated();
  mock.timers.enable({apis: ["setTimeout"]});
  const asked = new Promise((resolve) => {
    globalThis.fetch = async (url, {signal}) => {
      resolve(signal);
      return {status: 200, headers: new Headers(), text: () => new Promise(() => {})};
    };
  });
  const syncing = kit.sync();
  const signal = await asked;
  await new Promise(setImmediate);
  mock.timers.tick(20e3);

  assert.deepEqual([(await syncing).reachable, signal.aborted], [false, true]);
});

test("the script defines one global", () => {
  const {readFileSync} = require("node:fs");
  const {createContext, runInContext} = require("node:vm");
  const {ROOT} = require("./script.js");
  const context = createContext({});
  runInContext(readFileSync(ROOT + "/client_sdk/browser/kit-client.js", "utf8"), context);
  assert.deepEqual(Object.keys(context), ["KitClient"]);
  assert.equal(typeof KitClient, "function");
  assert.ok(DAY);
});
