/* Opening the page: fill in what the stick's settings say, look at the licence offline, show the first view. The
 * network is never waited for.
 */
"use strict";

(async function () {
  const { page, config } = Player;

  function fillSettings() {
    page.el("kit-name").textContent = config.kitName;
    page.el("server-address").textContent = config.server;
    for (const place of document.querySelectorAll(".contact")) place.textContent = config.contact;
    for (const place of document.querySelectorAll(".exchange-address")) {
      // Where it has to be broken, then before the last part.
      place.replaceChildren(config.server, document.createElement("wbr"), "/exchange");
    }
  }

  fillSettings();
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
