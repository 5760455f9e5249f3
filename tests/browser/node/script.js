"use strict";
const {readFileSync} = require("node:fs");
const {join} = require("node:path");
const {runInThisContext} = require("node:vm");

exports.ROOT = join(__dirname, "../../..");

/** Run a classic script as a page would, in this global scope. */
exports.loadScript = (path) => {
  runInThisContext(readFileSync(join(exports.ROOT, path), "utf8"), {filename: path});
  return globalThis;
};
