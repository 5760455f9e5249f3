/* One film at a time on the stage. What was watched is told to the session every few seconds, in whole seconds, so
 * that a window closed in the middle loses next to nothing. Nothing in here ever stops a film.
 */
"use strict";

Player.film = (function () {
  const { el, announce, complain } = Player.page;
  const TELL_EVERY = 5;
  let item = null;
  let address = null;
  let begun = false;
  let told = 0;
  let completed = false;

  /* Seconds of the film that were watched since it was put on. */
  function watched() {
    const played = el("film").played;
    let sum = 0;
    for (let part = 0; part < played.length; part += 1) sum += played.end(part) - played.start(part);
    return Math.floor(sum + 0.5);
  }

  function tell() {
    if (item === null) return;
    const seconds = watched() - told;
    const done = el("film").ended && !completed;
    const first = !begun && !el("film").paused;
    if (seconds <= 0 && !done && !first) return;
    begun = true;
    told += Math.max(seconds, 0);
    completed = completed || done;
    Player.memory.mark(item.id, completed ? "done" : "begun");
    Player.session.played(item.id, Math.max(seconds, 0), done);
  }

  async function put(chosen) {
    leave();
    const video = el("film");
    item = chosen;
    begun = completed = false;
    told = 0;
    el("stage").hidden = false;
    el("film-after").hidden = true;
    el("film-error").hidden = true;
    video.hidden = false;
    el("film-title").textContent = chosen.title;
    address = await Player.source.urlFor(chosen);
    video.src = address;
    Player.captions.put(video, chosen.captions);
    Player.captions.asText(chosen.captions, el("transcript-words"));
    el("film-captions").hidden = el("transcript").hidden = !chosen.captions;
    drawCaptions();
    el("transcript").open = false;
    el("film-title").focus({ preventScroll: true });
    el("stage").scrollIntoView({ block: "start" });
    // A browser that refuses to start by itself leaves the controls to the person.
    video.play().catch(function () {});
  }

  function drawCaptions() {
    const on = Player.captions.showing(el("film"));
    el("captions").setAttribute("aria-pressed", String(on));
  }

  /* Take the film off the stage; what was watched has been told. */
  function leave() {
    if (item === null) return;
    tell();
    const video = el("film");
    video.pause();
    video.removeAttribute("src");
    video.load();
    Player.source.release(address);
    item = null;
    el("stage").hidden = true;
  }

  function ended() {
    tell();
    const following = Player.session.after(item);
    el("film-after").hidden = false;
    el("film-next").hidden = !following;
    if (following) el("film-next").textContent = "Next: " + following.title;
    announce("The film has ended.");
    if (!document.fullscreenElement) (following ? el("film-next") : el("film-feedback")).focus({ preventScroll: true });
  }

  function start() {
    const video = el("film");
    video.addEventListener("timeupdate", function () {
      if (watched() - told >= TELL_EVERY) tell();
    });
    for (const name of ["playing", "pause", "seeking"]) video.addEventListener(name, tell);
    video.addEventListener("ended", ended);
    video.addEventListener("error", function () {
      if (item === null) return;
      video.hidden = el("film-captions").hidden = true;
      complain(el("film-error"), "This film cannot be played. Check that the whole stick is there, or copy it to a " +
        "folder on this PC and start from there. If that does not help, ask " + Player.config.contact + ".");
    });
    el("captions").addEventListener("click", function () { Player.captions.toggle(video); drawCaptions(); });
    video.textTracks.addEventListener("change", drawCaptions);
    el("film-next").addEventListener("click", function () { Player.session.play(Player.session.after(item)); });
    el("film-feedback").addEventListener("click", function () { Player.feedback.about(item.id); });
    window.addEventListener("pagehide", tell);
  }

  return { start, put, leave, tell, showing: () => item };
})();
