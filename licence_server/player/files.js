/* Files carried by hand: saving one from this page, reading one that came back. */
"use strict";

Player.files = (function () {
  // Bytes. No answer is larger, and many a film would not fit into memory.
  const LARGEST = 4 * 1024 * 1024;

  function save(text, name) {
    const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    const link = Player.page.make("a", null, { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    // The browser reads the blob after this turn; a minute is plenty.
    setTimeout(function () { URL.revokeObjectURL(address); }, 60000);
  }

  function nameOf(ending) {
    return Player.config.kitId + "-" + new Date().toISOString().slice(0, 10) + ending;
  }

  function read(input) {
    const file = input.files[0];
    // A stick that was pulled out: no answer, which is said then.
    return file ? file.slice(0, LARGEST).text().catch(() => "") : Promise.resolve(null);
  }

  return { save, nameOf, read };
})();
