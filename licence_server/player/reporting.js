/* Reporting: how far it got, now, by file. Nothing here ever waits for a network unless a person asked. */
"use strict";

Player.reporting = (function () {
  const { el, fault, busy, announce, onEnter } = Player.page;

  function draw() {
    const status = Player.licence.status();
    const words = Player.words;
    el("reported-up-to").textContent = status.reportedAt ? words.moment(status.reportedAt) : "not reported yet";
    el("waiting").textContent = status.queued ? words.count(status.queued, "report", "reports") : "nothing";
    el("licence-words").textContent = licence(status);
    el("by-phone").hidden = !Player.config.byPhone || typeof window.qrcode !== "function";
    el("release-part").hidden = status.verdict.code === "installation_released";
  }

  function licence(status) {
    const words = Player.words;
    if (!status.verdict.valid) return words.state(status.verdict.code).title;
    // Grace never outlives the licence, so one day says it all.
    return "in force; without contact the films play until " + words.day(status.graceUntil);
  }

  function summary() {
    const status = Player.licence.status();
    const upTo = status.reportedAt ? "Reported up to " + Player.words.moment(status.reportedAt) + "." : "Not reported yet.";
    return status.queued ? upTo + " " + waiting(status.queued) : upTo;
  }

  function waiting(queued) {
    return Player.words.count(queued, "report is", "reports are") + " waiting.";
  }

  /* What a sync came to, in a sentence. */
  function told(result) {
    if (result.verdict.code === "reactivation_needed") return "The server answered, and asks for this kit to be set up again.";
    if (!result.reachable) return "The server did not answer. Nothing is lost: what was recorded stays here.";
    const sent = result.sent ? Player.words.count(result.sent, "report was", "reports were") + " received. Thank you."
      : "The team has everything from here.";
    return result.remaining ? sent + " " + waiting(result.remaining) : sent;
  }

  async function sync() {
    const result = await Player.licence.kit().sync();
    await Player.licence.refresh();
    if (Player.page.view() === "reporting") draw();
    if (Player.page.view() === "home") Player.home.draw();
    return result;
  }

  async function now(button) {
    await busy(button, "Reporting …", async function () {
      const words = told(await sync());
      el("report-result").textContent = words;
      announce(words);
      // The notice that held the button may have gone with its reason.
      if (!button.isConnected) el("main").focus();
    });
    if (Player.page.view() === "reporting") draw();
  }

  /* A session has just ended: send it if the network is there, and say so without stopping anybody. */
  async function afterSession() {
    el("thanks-report").textContent = "Reporting …";
    el("thanks-reporting").hidden = true;
    const result = await sync();
    el("thanks-report").textContent = Player.licence.reportingOff() ? "You have objected to reporting; nothing is sent."
      : told(result);
    el("thanks-reporting").hidden = result.remaining === 0;
  }

  async function saveMessage() {
    const message = await Player.licence.kit().exportMessage();
    if (message === null) return;
    Player.files.save(message, Player.files.nameOf(".kit-request"));
    el("file-result").textContent = "The report file was saved. What it holds stays here too until the answer comes back.";
  }

  async function loadResponse() {
    const input = el("load-response");
    const text = await Player.files.read(input);
    input.value = "";
    if (text === null) return;
    const before = Player.licence.status().queued;
    const verdict = await Player.licence.kit().importResponse(text);
    await Player.licence.refresh();
    draw();
    const taken = before - Player.licence.status().queued;
    const fit = !verdict.warnings.includes("response_invalid") && verdict.code !== "lease_invalid";
    fault(input, "load-error", fit ? null : "This is not an answer for this kit, or an older one. Please choose the file " +
      "that the website gave you last.");
    const left = Player.licence.status().queued;
    el("file-result").textContent = fit ? "The answer was taken: " + Player.words.count(taken, "report is", "reports are") +
      " with the team." + (left ? " " + waiting(left) + " Save the next report file for that." : "") : "";
  }

  async function release(button) {
    await busy(button, "Giving it back …", async function () {
      const verdict = await Player.licence.kit().release();
      const silent = verdict.warnings.includes("no_answer");
      await Player.licence.refresh();
      fault(button, "release-error", silent ? Player.words.refusal("no_answer") : null);
      draw();
      // What held the button has gone with its reason.
      if (el("release-part").hidden) el("main").focus();
    });
  }

  function start() {
    el("report-now").addEventListener("click", function (event) { now(event.currentTarget); });
    el("save-message").addEventListener("click", saveMessage);
    el("load-response").addEventListener("change", loadResponse);
    el("release").addEventListener("click", function (event) { release(event.currentTarget); });
    onEnter("reporting", function () {
      el("report-result").textContent = "";
      el("file-result").textContent = "";
      draw();
    }, () => (Player.licence.activated() ? null : "setup"));
  }

  /* When the page opens: send what an earlier visit left, keep the licence fresh. Nobody waits for it. */
  async function inBackground() {
    await Player.licence.kit().sync({ automatic: true });
    await Player.licence.refresh();
    if (Player.page.view() === "home") Player.home.draw();
  }

  return { start, now, summary, afterSession, inBackground };
})();
