/* A session: from "Start" to "End the session". */
"use strict";

Player.session = (function () {
  const { el, make, fault, busy, onEnter, go } = Player.page;
  const films = Player.config.items.filter((item) => item.kind === "film");
  const documents = Player.config.items.filter((item) => item.kind === "document");
  let session = null;
  let mode = null;
  let count = 0;
  let here = { __proto__: null };

  async function begin(chosen, headcount) {
    session = await Player.licence.kit().startSession({ mode: chosen, attendeeCount: headcount });
    mode = chosen;
    count = headcount;
    here = { __proto__: null };
  }

  function played(itemId, seconds, completed) {
    if (session === null) return;
    here[itemId] = completed || here[itemId] === "done" ? "done" : "begun";
    session.play(itemId, { seconds, completed });
    draw();
  }

  function play(item) {
    Player.film.put(item);
    draw();
  }

  function after(item) {
    return films[films.indexOf(item) + 1] || null;
  }

  function documentLink(item) {
    const link = make("a", item.title, { target: "_blank", rel: "noopener" });
    link.append(make("span", " (opens in a new tab)", { class: "soft" }));
    Player.source.urlFor(item).then((address) => link.setAttribute("href", address));
    link.addEventListener("click", function () {
      Player.memory.mark(item.id, "done");
      played(item.id, 0, true);
    });
    return link;
  }

  function draw() {
    el("session-title").textContent = mode === "workshop" ? "Workshop of " + count : "On my own";
    // Changed in place, so that the keyboard's focus on a film stays where it is.
    for (const row of el("films").children) {
      const state = here[row.dataset.item] || "";
      const showing = Player.film.showing();
      const button = row.querySelector("button");
      row.className = state === "done" ? "seen" : "";
      row.querySelector(".state").textContent = state === "done" ? "✓ Played" : state ? "Begun" : length(row.dataset.item);
      if (showing && showing.id === row.dataset.item) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  function length(itemId) {
    const seconds = films.find((film) => film.id === itemId).duration;
    if (!seconds) return "";
    return seconds < 90 ? Math.round(seconds) + " seconds" : Math.round(seconds / 60) + " minutes";
  }

  function fillList() {
    films.forEach(function (film, number) {
      const row = make("li", null, { "data-item": film.id });
      const button = make("button", null, { type: "button" });
      button.append(make("span", number + 1 + ". " + film.title), make("span", "", { class: "state" }));
      button.addEventListener("click", () => play(film));
      row.append(button);
      el("films").append(row);
    });
    for (const item of documents) el("view-session").querySelector(".ending").prepend(documentButton(item));
  }

  function documentButton(item) {
    const link = documentLink(item);
    link.className = "button";
    return link;
  }

  function enterEnding() {
    Player.film.tell();
    const done = Object.keys(here).filter((id) => films.some((film) => film.id === id));
    el("ending-films").textContent = done.length === 0 ? "No film was played in this session."
      : Player.words.count(done.length, "film was", "films were") + " played.";
    el("ending-count").hidden = mode !== "workshop";
    el("final-headcount").value = String(count);
    fault(el("final-headcount"), "final-error", null);
  }

  async function end() {
    if (mode === "workshop") {
      const final = Player.home.headcount("final-headcount", "final-error");
      if (final === null) return;
      count = final;
    }
    await busy(el("ending-form").querySelector("button"), "Ending …", async function () {
      Player.film.leave();
      const ending = session;
      session = null;
      await ending.end(mode === "workshop" ? { attendeeCount: count } : {});
      el("thanks-words").textContent = (mode === "workshop"
        ? "The workshop of " + Player.words.count(count, "person", "people") : "Your session") +
        (Player.licence.reportingOff() ? " is over." : " is recorded.");
      go("thanks");
    });
    Player.reporting.afterSession();
  }

  function start() {
    fillList();
    el("ending-form").addEventListener("submit", function (event) {
      event.preventDefault();
      end();
    });
    const needed = () => (session === null ? "home" : null);
    onEnter("session", draw, needed);
    onEnter("ending", enterEnding, needed);
    document.addEventListener("player:view", function (event) {
      if (event.detail.left === "session" && event.detail.view !== "session") el("film").pause();
    });
  }

  return { start, begin, play, played, after, documentLink, running: () => session !== null };
})();
