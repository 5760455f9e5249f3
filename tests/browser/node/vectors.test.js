"use strict";
const assert = require("node:assert/strict");
const {readFileSync, readdirSync} = require("node:fs");
const {join} = require("node:path");
const {test} = require("node:test");
const {loadScript, ROOT} = require("./script.js");

loadScript("tests/browser/vectors.js");
const KitClient = loadScript("client_sdk/browser/kit-client.js").KitClient;

const VECTORS = join(ROOT, "tests/contract/vectors");

test("every vector of the contract", async () => {
  const files = {};
  for (const name of readdirSync(VECTORS).filter((file) => file.endsWith(".json"))) {
    files[name] = JSON.parse(readFileSync(join(VECTORS, name), "utf8"));
  }
  const {failures, cases} = await globalThis.runVectors(KitClient.rules, files);
  assert.deepEqual(failures, []);
  assert.ok(cases > 1000, `only ${cases} cases`);
});
