/* The beginning: workshop or on my own. Here, once, it is decided whether the films may run. */
"use strict";

Player.home = (function () {
  const { el, make, fault, busy, onEnter, go } = Player.page;
  const MOST = 5000;

  /* A headcount as typed, or null after saying what is wrong. */
  function headcount(inputId, errorId) {
    const input = el(inputId);
    const number = /^\s*\d{1,4}\s*$/.test(input.value) ? Number(input.value) : NaN;
    const right = number >= 1 && number <= MOST;
    fault(input, errorId, right ? null : "Please give a whole number from 1 to 5000.");
    return right ? number : null;
  }

  async function begin(mode, count) {
    const verdict = await Player.licence.refresh();
    if (!verdict.valid) {
      draw();
      el("main").focus();
      return;
    }
    await Player.session.begin(mode, count);
    // The next workshop has people of its own.
    el("headcount").value = "";
    go("session");
  }

  function draw() {
    const blocked = !Player.licence.status().verdict.valid;
    const running = Player.session.running();
    el("home-blocked").hidden = !blocked || running;
    el("choices").hidden = blocked || running;
    el("home-running").hidden = !running;
    el("home-title").textContent = blocked || running ? "Films" : "How will you use the films today?";
    const list = el("home-contents");
    list.textContent = "";
    for (const item of Player.config.items) list.append(line(item));
    el("home-reported").textContent = Player.reporting.summary();
  }

  /* Good news for whoever arrives here next; it shows until they leave. */
  function greet(words) {
    el("home-news").textContent = words;
    el("home-news").hidden = !words;
  }

  function line(item) {
    const row = make("li");
    if (item.kind === "document") row.append(Player.session.documentLink(item));
    else {
      row.append(item.title);
      const seen = Player.memory.of(item.id);
      if (seen) row.append(make("span", seen === "done" ? " – played here" : " – begun here", { class: "soft" }));
    }
    return row;
  }

  function start() {
    el("workshop-form").addEventListener("submit", function (event) {
      event.preventDefault();
      const count = headcount("headcount", "headcount-error");
      const button = event.submitter || event.currentTarget.querySelector("button");
      if (count !== null) busy(button, "Starting …", () => begin("workshop", count));
    });
    el("alone").addEventListener("click", function (event) {
      busy(event.currentTarget, "Starting …", () => begin("individual", 1));
    });
    document.addEventListener("player:view", function (event) {
      if (event.detail.left === "home") greet("");
    });
    onEnter("home", draw, Player.licence.guard);
  }

  return { start, draw, greet, headcount };
})();
