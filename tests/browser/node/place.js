"use strict";
const {loadScript} = require("./script.js");
const {FakeLocks, FakeStorage} = require("./fakes.js");
const {Simulator} = require("./simulator.js");

const KitClient = loadScript("client_sdk/browser/kit-client.js").KitClient;
const TOKEN = "7K3M-Z9QX-T0V1-W2R4-Y5A6-B8C0-D1EB";
const HOUR = 3600e3;

/** A PC with one browser profile, and a server it may reach. `skew`: how far its clock is ahead. */
class Place {
  static async make() {
    const place = new Place();
    Object.assign(place, {server: await Simulator.start(), skew: 0, online: true});
    place.reset();
    return place;
  }

  /** A fresh profile. */
  reset() {
    this.locks = new FakeLocks();
    globalThis.localStorage = this.storage = new FakeStorage();
    Object.defineProperty(globalThis, "navigator", {value: {locks: this.locks}, configurable: true});
  }

  /** Open the page: in the profile of now. */
  kit(options = {}) {
    globalThis.fetch = async (...request) => {
      if (!this.online) throw new TypeError("no network");
      return this.server.fetch(...request);
    };
    return new KitClient({
      server: this.server.issuer + "/", kitId: "kit-1", kitVersion: "1.0", rootKey: this.server.root.jwk,
      clock: () => this.server.now + this.skew, ticks: () => this.server.now,
      ...options,
    });
  }

  async activated(options) {
    const kit = this.kit(options);
    const verdict = await kit.activate(TOKEN);
    if (!verdict.valid) throw new Error(verdict.code);
    return kit;
  }

  pass(milliseconds) { this.server.now += milliseconds; }
}

/** A workshop of fourteen through one film. */
async function workshop(kit, attendeeCount = 14) {
  const session = await kit.startSession({mode: "workshop", attendeeCount});
  await session.play("film-1", {seconds: 412, completed: true});
  await session.end();
}

module.exports = {KitClient, Place, TOKEN, HOUR, workshop};
