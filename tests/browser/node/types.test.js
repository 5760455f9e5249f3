"use strict";
/* kit-client.d.ts declares what kit-client.js has: by name, for the types themselves nothing here can tell. */
const assert = require("node:assert/strict");
const {readFileSync} = require("node:fs");
const {join} = require("node:path");
const {test} = require("node:test");
const {Place} = require("./place.js");
const {ROOT} = require("./script.js");

const TYPES = readFileSync(join(ROOT, "client_sdk/browser/kit-client.d.ts"), "utf8");

/** The names declared in one block: its lines that are indented once more than its head. */
function declared(head) {
  const [, indent, body] = TYPES.match(new RegExp(`^( *)(?:declare )?${head} \\{\\n(.*?)^\\1\\}`, "ms"));
  const members = new RegExp(`^${indent}  (?:readonly )?(\\w+)\\??[(:]`, "gm");
  return [...body.matchAll(members)].map(([, name]) => name).filter((name) => name !== "constructor").sort();
}

const members = (value) => Object.keys(value).sort();

test("the types declare exactly the members there are", async () => {
  const place = await Place.make();
  const kit = await place.activated();
  const {verdict, ...synced} = await kit.sync();

  assert.deepEqual(declared("class KitClient"), members(kit));
  assert.deepEqual(declared("interface Session"), members(await kit.startSession({mode: "individual"})));
  assert.deepEqual(declared("interface Status"), members(await kit.status()));
  assert.deepEqual(declared("interface Verdict"), members(verdict));
  assert.deepEqual([...declared("interface Tally"), "reachable"].sort(), members(synced));
});
