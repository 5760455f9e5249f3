/* What this browser remembers beyond the SDK: which films were played here. A convenience, never a count. */
"use strict";

Player.memory = (function () {
  const key = "kit-player:" + Player.config.server + ":" + Player.config.kitId + ":" +
    (Player.config.organisation ? Player.config.organisation.id : "");
  let seen = read();

  function read() {
    const kept = { __proto__: null };
    try {
      // Every page from file:// can write here. Whatever it left, copied onto an object without a prototype it harms nothing.
      return Object.assign(kept, JSON.parse(localStorage.getItem(key)));
    } catch (error) {
      return kept;
    }
  }

  /* how: "begun" or "done"; a film that was done stays so. */
  function mark(itemId, how) {
    if (seen[itemId] === "done" || seen[itemId] === how) return;
    seen[itemId] = how;
    try {
      localStorage.setItem(key, JSON.stringify(seen));
    } catch (error) {
      // Without storage it is remembered until the page closes.
    }
  }

  return { mark, of: (itemId) => seen[itemId] || null };
})();
