/* Reporting: how far it got, now, by file. Nothing here ever waits for a network unless a person asked. */
"use strict";

Player.reporting = (function () {
  const { el, fault, busy, announce, onEnter } = Player.page;
  const OBJECTED = "You have objected to reporting: nothing about use is sent. “Privacy” tells more.";

  function draw() {
    const status = Player.licence.status();
    const words = Player.words;
    el("reported-up-to").textContent = status.reportedAt ? words.moment(status.reportedAt) : "not reported yet";
    el("waiting").textContent = (status.queued ? words.count(status.queued, "report", "reports") : "nothing") +
      (status.reportingOff ? ": you have objected to reporting" : "");
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
    const upTo = status.reportedAt ? "Reported up to " + Player.words.moment(status.reportedAt) + "."
      : status.queued ? "Not reported yet." : "Nothing to report yet.";
    if (status.reportingOff) return upTo + " " + OBJECTED;
    return status.queued ? upTo + " " + waiting(status.queued) : upTo;
  }

  function waiting(queued) {
    return Player.words.count(queued, "report is", "reports are") + " waiting.";
  }

  /* What a sync came to, in a sentence. */
  function told(result) {
    if (result.verdict.code === "reactivation_needed") return "The server answered, and asks for this kit to be set up again.";
    if (Player.licence.reportingOff()) return (result.reachable ? "" : "The server did not answer. ") + OBJECTED;
    if (!result.reachable) return "The server did not answer. Nothing is lost: what was recorded stays here.";
    const said = [];
    if (result.counted > 0) said.push(Player.words.count(result.counted, "report was", "reports were") + " received. Thank you.");
    if (result.uncounted) said.push(uncounted(result.uncounted));
    if (result.remaining) said.push(waiting(result.remaining));
    return said.join(" ") || "The team has everything from here.";
  }

  /* Answered for, and yet not counted: a film that the server does not know, say. Whoever built the stick can mend it. */
  function uncounted(number) {
    return Player.words.count(number, "report could", "reports could") + " not be counted: please tell " +
      Player.config.contact + ".";
  }

  /* Run what makes the SDK take an answer; what came of it, and how many reports the server counts and does not. */
  async function answered(work) {
    const before = Player.licence.status().aside;
    const result = await work();
    await Player.licence.refresh();
    const uncounted = Player.licence.status().aside - before;
    return Object.assign({}, result, { counted: result.sent + result.setAside - uncounted, uncounted });
  }

  /* Send what waits, keep the licence fresh. When the page opens or feedback was kept, nobody waits for it. */
  async function sync() {
    const result = await answered(() => Player.licence.kit().sync());
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
    el("thanks-report").textContent = told(result);
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
    const answer = await answered(() => Player.licence.kit().importResponse(text));
    draw();
    const fit = !answer.warnings.includes("response_invalid") && answer.code !== "lease_invalid";
    fault(input, "load-error", fit ? null : "This is not an answer for this kit, or an older one. Please choose the file " +
      "that the website gave you last.");
    const left = Player.licence.status().queued;
    const said = ["The answer was taken" + (answer.counted > 0 ? ": " +
      Player.words.count(answer.counted, "report is", "reports are") + " with the team." : ".")];
    if (answer.uncounted) said.push(uncounted(answer.uncounted));
    if (left && !Player.licence.reportingOff()) said.push(waiting(left) + " Save the next report file for that.");
    el("file-result").textContent = fit ? said.join(" ") : "";
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
    }, Player.licence.guard);
  }

  return { start, now, sync, summary, afterSession };
})();
