/* Opening the page: look at the licence offline, show the first view; the network is never waited for. */
"use strict";

(async function () {
  const { el, page } = { el: Player.page.el, page: Player.page };
  el("kit-name").textContent = Player.config.kitName;
  page.start();
  for (const part of ["licence", "setup", "home", "film", "session", "feedback", "reporting", "phone", "privacy"]) {
    Player[part].start();
  }
  Player.licence.open();
  await Player.licence.refresh();
  page.show();
  // In the background: an abandoned session goes out, the licence is kept fresh. Silence changes nothing.
  if (Player.licence.activated()) Player.reporting.sync();
})();
