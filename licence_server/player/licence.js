/* The kit's standing: what the SDK says of it, for every other script, and the notices above the views. */
"use strict";

Player.licence = (function () {
  const { el, make, announce } = Player.page;
  let kit = null;
  let said = "";
  let status = { verdict: { valid: false, code: "unlicensed", detail: "", warnings: [] }, queued: 0, aside: 0,
    reportingOff: false };

  function open() {
    const config = Player.config;
    const settings = { server: config.server, kitId: config.kitId, kitVersion: config.kitVersion,
      rootKey: config.rootKey };
    if (config.organisation) settings.organisation = config.organisation.id;
    kit = new KitClient(settings);
  }

  /* Look again, offline. What the rest of the page needs of the SDK's answer is picked here, in one place. */
  async function refresh() {
    const found = await kit.status();
    status = {
      verdict: found.verdict,
      queued: found.queued,
      aside: found.aside.length,
      reportedAt: found.reportedAt,
      organisation: found.lease && found.lease.organisation,
      graceUntil: found.lease && found.lease.grace_until * 1000,
      reportingOff: found.usageReporting === "off",
    };
    draw();
    return status.verdict;
  }

  function draw() {
    const verdict = status.verdict;
    const codes = verdict.code === "active" || verdict.code === "unlicensed" ? [] : [verdict.code];
    for (const warning of verdict.warnings || []) {
      if (warning !== "no_answer" && !codes.includes(warning)) codes.push(warning);
    }
    const box = el("notices");
    box.textContent = "";
    for (const code of codes) box.append(notice(Player.words.state(code)));
    box.hidden = codes.length === 0;
    if (codes.length && codes.join() !== said) announce(Player.words.state(codes[0]).title);
    said = codes.join();
    el("nav").hidden = !activated();
    const organisation = status.organisation || Player.config.organisation;
    el("organisation").textContent = organisation ? "For " + organisation.name : "";
    el("organisation").hidden = !organisation;
  }

  function notice(state) {
    const box = make("div", null, { class: "notice " + state.tone });
    box.append(make("h2", state.title), make("p", state.text));
    const row = make("div", null, { class: "row" });
    for (const action of state.actions) {
      if (action.view === Player.page.view()) continue;
      if (action.view) row.append(make("a", action.label, { class: "button", href: "#" + action.view }));
      else {
        const button = make("button", action.label, { type: "button" });
        button.addEventListener("click", function () { Player.reporting.now(button); });
        row.append(button);
      }
    }
    if (row.children.length) box.append(row);
    return box;
  }

  function start() {
    // A notice leads to other views, never to the one that shows.
    document.addEventListener("player:view", draw);
  }

  /* Whether this browser was ever set up; what a kit without a licence shows is the set-up alone. */
  function activated() {
    return status.verdict.code !== "unlicensed";
  }

  /* Sends whoever opens a view of a kit that was never set up to its set-up. */
  function guard() {
    return activated() ? null : "setup";
  }

  /* off: the person objects to usage reporting. */
  async function setReportingOff(off) {
    await kit.setUsageReporting(off ? "off" : "on");
    await refresh();
  }

  return { start, open, refresh, activated, guard, setReportingOff, kit: () => kit, status: () => status,
    reportingOff: () => status.reportingOff };
})();
