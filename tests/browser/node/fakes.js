"use strict";
/* What a browser has and Node lacks: localStorage, Web Locks. */

/** As a page sees localStorage; several "tabs" share one. */
class FakeStorage {
  getItem(key) { return Object.hasOwn(this, key) ? this[key] : null; }
  setItem(key, value) { this[key] = String(value); }
  removeItem(key) { delete this[key]; }
}

/** The part of LockManager that the SDK uses. `dropAll` is what a dying page does. */
class FakeLocks {
  constructor() {
    this.queues = new Map();
    this.held = new Map();
  }

  async request(name, work) {
    const before = this.queues.get(name) || Promise.resolve();
    let leave;
    this.queues.set(name, new Promise((resolve) => { leave = resolve; }));
    await before;
    this.held.set(name, leave);
    try {
      return await work({name});
    } finally {
      this.held.delete(name);
      leave();
    }
  }

  async query() { return {held: [...this.held.keys()].map((name) => ({name}))}; }

  dropAll() {
    for (const leave of this.held.values()) leave();
    this.held.clear();
  }
}

module.exports = {FakeStorage, FakeLocks};
