/* Captions: a <track> cannot load its file from file://, so the cues lie in the kit's settings and are added here. */
"use strict";

Player.captions = (function () {
  const tracks = new WeakMap();

  /* One track per <video>, its cues exchanged with each film: a text track cannot be removed again. */
  function put(video, cues) {
    let track = tracks.get(video);
    if (!track) {
      track = video.addTextTrack("captions", "Captions", Player.config.language);
      tracks.set(video, track);
      track.mode = "showing";
    }
    const mode = track.mode;
    // Cues of a disabled track cannot be reached.
    if (mode === "disabled") track.mode = "hidden";
    for (const cue of Array.from(track.cues || [])) track.removeCue(cue);
    for (const cue of cues || []) track.addCue(new VTTCue(cue.start, cue.end, cue.text));
    track.mode = mode;
  }

  /* Whether captions show, in the browser's own controls or in ours: they are one and the same. */
  function showing(video) {
    const track = tracks.get(video);
    return Boolean(track) && track.mode === "showing";
  }

  function toggle(video) {
    tracks.get(video).mode = showing(video) ? "hidden" : "showing";
  }

  function asText(cues, into) {
    into.textContent = "";
    for (const cue of cues || []) into.append(Player.page.make("p", cue.text.replace(/\n/g, " ")));
  }

  return { put, asText, showing, toggle };
})();
