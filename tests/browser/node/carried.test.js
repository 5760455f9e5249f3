"use strict";
const assert = require("node:assert/strict");
const {createHmac} = require("node:crypto");
const {inflateRawSync} = require("node:zlib");
const {test} = require("node:test");
const {KitClient, Place, TOKEN, workshop} = require("./place.js");
const {DAY, newKey, sign} = require("./simulator.js");

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const codes = (verdict) => [verdict.code, ...verdict.warnings];

/** The eight symbols a phone shows, reckoned in another way than the SDK does. */
function symbols(secret, jti) {
  const bits = BigInt("0x" + createHmac("sha256", secret).update("ack:" + jti).digest("hex").slice(0, 10));
  return Array.from({length: 8}, (_, at) => CROCKFORD[Number((bits >> BigInt(35 - 5 * at)) & 31n)]).join("");
}

/** Carry a *.kit-request to the server; the file that comes back. */
async function carry(place, request) {
  return JSON.stringify({activation: await (await place.server.activation(JSON.parse(request).activation)).json()});
}

test("a kit that never sees a network: activated by file, reported by file", async () => {
  const place = await Place.make();
  place.online = false;
  const kit = place.kit();
  assert.equal(await kit.exportMessage(), null);
  assert.deepEqual(await kit.exportCodes(), []);
  assert.equal(await kit.exportActivation("WRONG"), null);

  const response = await carry(place, await kit.exportActivation(TOKEN));
  assert.deepEqual(codes(await kit.importResponse(response)), ["active"]);
  await workshop(kit);
  await kit.giveFeedback({rating: 5, comment: "Good"});
  place.server.said = "licence_suspended";
  place.pass(1000);
  const {header, claims, response: receipt} = await place.server.exchange(await kit.exportMessage());

  assert.deepEqual(header, {alg: "HS256", typ: "kit-message+jwt", kid: "k1", zip: "DEF"});
  assert.deepEqual([claims.iss, claims.aud, claims.sub, claims.reports.length], [place.server.issuer, place.server.issuer, (await kit.status()).installationId, 2]);
  assert.equal((await kit.status()).queued, 2);
  const result = await place.kit().importResponse(receipt);
  assert.deepEqual([result.sent, result.remaining, result.code], [2, 0, "licence_suspended"]);
  assert.equal((await kit.status()).reportedAt, place.server.now);
  assert.deepEqual(place.server.requests, []);
});

test("a refusal that is carried back is told; another installation's answer is not taken", async () => {
  const place = await Place.make();
  const kit = place.kit();
  const refusal = {activation: {status: 403, code: "token_used_up", detail: "Used."}};
  assert.deepEqual(codes(await kit.importResponse(JSON.stringify(refusal))), ["token_used_up"]);
  const other = JSON.parse(await kit.exportActivation(TOKEN));
  other.activation.installation_id = "01976f2e-7c00-7000-8000-000000000001";

  assert.deepEqual(codes(await kit.importResponse(await carry(place, JSON.stringify(other)))), ["unlicensed", "response_invalid"]);
  for (const text of ["", "{}", "null", "[]", "42", "<html>", '{"receipt": null}', '{"activation": {}}', '{"receipt": "a.b.c", "keyset": "d", "roots": 5}']) {
    assert.deepEqual(codes(await kit.importResponse(text)), ["unlicensed", "response_invalid"], text);
  }
});

test("an activation that was carried late does not undo what the server said since", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  const old = await carry(place, await kit.exportActivation(TOKEN));
  place.pass(5000);
  place.server.said = "licence_revoked";
  await kit.sync();

  assert.equal((await kit.importResponse(old)).code, "lease_invalid");
  assert.deepEqual(codes(await kit.check()), ["licence_revoked"]);
});

test("only a receipt that verifies deletes, and only what it names", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  await workshop(kit);
  await workshop(kit);
  const {installationId} = await kit.status();
  const {claims, response} = await place.server.exchange(await kit.exportMessage());
  const file = JSON.parse(response), stranger = await newKey("signing");
  const said = {iss: place.server.issuer, aud: installationId, jti: "1", iat: place.server.seconds(), message: claims.jti, verdict: place.server.verdict()};
  const results = claims.reports.map(({id}) => ({id, status: "accepted"}));
  const forged = {
    "a stranger's signature": await sign(stranger, "kit-receipt+jwt", {...said, results}),
    "another typ": await sign(place.server.key, "kit-lease+jwt", {...said, results}),
    "another installation": await sign(place.server.key, "kit-receipt+jwt", {...said, results, aud: "other"}),
    "another server": await sign(place.server.key, "kit-receipt+jwt", {...said, results, iss: "https://other.example"}),
    "no message": await sign(place.server.key, "kit-receipt+jwt", {...said, results, message: undefined}),
  };
  for (const [name, receipt] of Object.entries(forged)) {
    assert.deepEqual([(await kit.importResponse(JSON.stringify({...file, receipt}))).remaining], [2], name);
  }

  const half = await sign(place.server.key, "kit-receipt+jwt", {...said, results: results.slice(0, 1)});
  assert.equal((await kit.importResponse(JSON.stringify({...file, receipt: half}))).remaining, 1);
  assert.equal((await kit.importResponse(response)).remaining, 0);
});

test("a receipt that makes no sense deletes nothing", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  await workshop(kit);
  const {installationId} = await kit.status();
  const {claims, response} = await place.server.exchange(await kit.exportMessage());
  const file = JSON.parse(response), [{id}] = claims.reports, verdict = place.server.verdict();
  const good = {id, status: "accepted"};
  const wrong = [
    {results: [good, {status: "accepted"}]},
    {results: [good, {id: "x"}]},
    {results: [good, {id: "x", status: "lost"}]},
    // Our own word for a batch that was not read; no server's.
    {results: [good, {id: "x", status: "refused"}]},
    {results: [good, {id: "x", status: "rejected", code: 7}]},
    {results: [good, {id: "x", status: "rejected", detail: null}]},
    {results: [good, "x"]},
    {results: [good, null]},
    {results: [good, good]},
    {verdict: {...verdict, code: "licence_revoked"}},
    {verdict: {...verdict, detail: null}},
  ];
  for (const change of wrong) {
    const receipt = await sign(place.server.key, "kit-receipt+jwt", {
      iss: place.server.issuer, aud: installationId, jti: "1", iat: place.server.seconds(), message: claims.jti,
      results: [good], verdict, ...change,
    });
    const {remaining, warnings} = await kit.importResponse(JSON.stringify({...file, receipt}));
    assert.deepEqual([remaining, warnings], [1, ["response_invalid"]], JSON.stringify(change));
  }
  assert.equal((await kit.importResponse(response)).remaining, 0);
});

test("an activation that is carried back acknowledges no report", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  await workshop(kit);
  const {claims} = await place.server.exchange(await kit.exportMessage());
  place.pass(1000);
  const answer = JSON.parse(await carry(place, await kit.exportActivation(TOKEN)));
  answer.activation.results = claims.reports.map(({id}) => ({id, status: "accepted"}));

  assert.deepEqual(codes(await kit.importResponse(JSON.stringify(answer))), ["active"]);
  assert.equal((await kit.status()).queued, 1);
});

test("what different clocks timed is carried in different messages", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  place.skew = -3 * DAY * 1000;
  await workshop(kit, 3);
  await workshop(kit, 4);
  place.skew = 0;
  await workshop(kit, 5);
  const counts = ({reports}) => reports.map(({attendee_count}) => attendee_count);

  const messages = (await kit.exportCodes()).map((address) => place.server.openMessage(address.split("#")[1]).claims);
  assert.deepEqual(messages.map(counts), [[3, 4], [5]]);
  const first = await place.server.exchange(await kit.exportMessage());
  assert.deepEqual(counts(first.claims), [3, 4]);
  assert.equal((await kit.importResponse(first.response)).remaining, 1);
  assert.deepEqual(counts((await place.server.exchange(await kit.exportMessage())).claims), [5]);
});

test("receipts may come in any order, and twice", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  await workshop(kit);
  const first = await place.server.exchange(await kit.exportMessage());
  place.pass(1000);
  await workshop(kit);
  place.server.said = "licence_suspended";
  const second = await place.server.exchange(await kit.exportMessage());

  assert.equal((await kit.importResponse(second.response)).remaining, 0);
  assert.deepEqual([(await kit.importResponse(first.response)).code, (await kit.check()).code], ["licence_suspended", "licence_suspended"]);
  assert.equal(place.server.received.size, 2);
});

test("codes: complete, small, sessions alone, without learners; confirmed one by one", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  for (let index = 0; index < 6; index++) {
    await workshop(kit);
    await (await kit.startSession({mode: "individual"})).end();
  }
  await kit.giveFeedback({rating: 1, comment: "A secret"});
  place.online = false;

  const codes = await kit.exportCodes();

  assert.ok(codes.length > 1);
  const messages = codes.map((address) => {
    assert.ok(address.length <= 666, `${address.length} bytes`);
    assert.ok(address.startsWith(place.server.issuer + "/r#"));
    return place.server.openMessage(address.split("#")[1]).claims;
  });
  assert.equal(new Set(messages.map(({jti}) => jti)).size, codes.length);
  const reports = messages.flatMap((message) => message.reports);
  assert.deepEqual(reports.map(({seq}) => seq), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  assert.ok(reports.every((report) => report.type === "session" && !("learner" in report)));

  assert.equal(await kit.confirm("00000000"), false);
  const typed = symbols(place.server.secret, messages[1].jti).toLowerCase().replace(/0/g, "o").replace(/1/g, "l");
  assert.equal(await place.kit().confirm(` ${typed.slice(0, 4)}-${typed.slice(4)}`), true);
  assert.equal((await kit.status()).queued, 13 - messages[1].reports.length);
});

test("what a code carried and a sync sends is the same report", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  await (await kit.startSession({mode: "individual"})).end();
  const [code] = await kit.exportCodes();
  place.server.judge(place.server.openMessage(code.split("#")[1]).claims.reports);

  await kit.sync();

  assert.equal(place.server.received.size, 1);
  assert.deepEqual((await kit.status()).aside, []);
});

/** A kit that moved to another organisation, with a workshop of 14 for the former and one of 3 for the present one. */
async function moved(place) {
  const kit = await place.activated();
  await workshop(kit);
  const old = (await kit.status()).installationId;
  place.server.elsewhere.add(old);
  place.server.secret = Buffer.alloc(32, 8);
  await kit.activate(TOKEN);
  await workshop(kit, 3);
  place.online = false;
  return {kit, old};
}

/** Carry what the former installation signed, with its own key. */
async function carryFormer(place, kit) {
  place.server.secret = Buffer.alloc(32, 7);
  return place.server.exchange(await kit.exportMessage());
}

test("files after a move: ours, then what a former installation holds", async () => {
  const place = await Place.make();
  const {kit, old} = await moved(place);
  const {installationId} = await kit.status();

  const first = await place.server.exchange(await kit.exportMessage());
  assert.deepEqual([first.claims.sub, first.claims.reports.map(({attendee_count}) => attendee_count)], [installationId, [3]]);
  assert.equal((await kit.importResponse(first.response)).remaining, 1);
  const second = await carryFormer(place, kit);
  assert.deepEqual([second.claims.sub, second.claims.reports.map(({attendee_count}) => attendee_count)], [old, [14]]);
  const taken = await kit.importResponse(second.response);
  assert.deepEqual([taken.sent, taken.remaining, ...codes(taken)], [1, 0, "active"]);
  assert.equal((await kit.status()).installationId, installationId);
});

test("a word about a former installation is not about this one", async () => {
  const place = await Place.make();
  const {kit} = await moved(place);
  await kit.importResponse((await place.server.exchange(await kit.exportMessage())).response);
  place.pass(1000);
  place.server.said = "licence_revoked";

  const {sent} = await kit.importResponse((await carryFormer(place, kit)).response);
  assert.deepEqual([sent, (await kit.check()).code], [1, "active"]);
});

test("a lease that runs out goes before what a former installation holds", async () => {
  const place = await Place.make();
  const {kit} = await moved(place);
  await kit.importResponse((await place.server.exchange(await kit.exportMessage())).response);
  place.pass(40 * DAY * 1000);
  assert.equal((await kit.check()).code, "in_grace");

  const {claims, response} = await place.server.exchange(await kit.exportMessage());
  assert.deepEqual([claims.sub, claims.reports], [(await kit.status()).installationId, []]);
  assert.equal((await kit.importResponse(response)).code, "active");
});

test("codes after a move: one of each installation", async () => {
  const place = await Place.make();
  const {kit, old} = await moved(place);
  const [ours, theirs, ...more] = (await kit.exportCodes()).map((address) => address.split("#")[1]);
  assert.deepEqual(more, []);
  const secret = Buffer.alloc(32, 7);
  assert.equal(place.server.openMessage(ours).claims.reports[0].attendee_count, 3);
  place.server.secret = secret;
  const {claims} = place.server.openMessage(theirs);

  assert.deepEqual([claims.sub, claims.reports[0].attendee_count], [old, 14]);
  assert.equal(await kit.confirm(symbols(secret, claims.jti)), true);
  assert.equal((await kit.status()).queued, 1);
});

test("what a former installation holds goes before the next one is activated", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  await workshop(kit);
  await kit.importResponse(JSON.stringify({activation: {status: 403, code: "installation_elsewhere"}}));
  place.online = false;

  const {response} = await place.server.exchange(await kit.exportMessage());
  assert.equal((await kit.importResponse(response)).sent, 1);
  assert.equal(await kit.exportMessage(), null);
});

test("a refusal for another installation is not for this one", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  const refused = (installation_id) =>
    kit.importResponse(JSON.stringify({activation: {installation_id, code: "installation_elsewhere", detail: ""}}));
  const {installationId} = await kit.status();

  assert.deepEqual(codes(await refused("01976f2e-7c00-7000-8000-000000000001")), ["active", "response_invalid"]);
  assert.deepEqual(codes(await refused(installationId)), ["installation_elsewhere"]);
  assert.notEqual((await kit.status()).installationId, installationId);
});

test("an objection keeps everything here", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  await workshop(kit);
  await kit.setUsageReporting("off");

  assert.deepEqual(await kit.exportCodes(), []);
  assert.deepEqual((await place.server.exchange(await kit.exportMessage())).claims.reports, []);
});

test("blocks that are not compressed inflate to what they were", () => {
  for (const size of [1, 65535, 65536, 200000]) {
    const bytes = Uint8Array.from({length: size}, (_, at) => (at * 7) % 256);
    assert.deepEqual(new Uint8Array(inflateRawSync(KitClient.rules.storedBlocks(bytes))), bytes);
  }
});
