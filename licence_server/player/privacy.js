/* Privacy: the objection to usage reporting. It stops the reports, never the films. */
"use strict";

Player.privacy = (function () {
  const { el, onEnter } = Player.page;

  async function change() {
    const off = el("object").checked;
    await Player.licence.setReportingOff(off);
    el("object-result").textContent = off
      ? "Noted. Nothing about use is sent from here any more; the team learns of your choice when the kit next connects."
      : "Noted. Sessions from now on are reported.";
  }

  function start() {
    el("object").addEventListener("change", change);
    onEnter("privacy", function () {
      el("object-result").textContent = "";
      el("object").checked = Player.licence.reportingOff();
    });
  }

  return { start };
})();
