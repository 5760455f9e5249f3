/* What the page says in each state: what is the matter, what to do, whom to ask. */
"use strict";

Player.words = (function () {
  const activate = { label: "Set up this kit", view: "setup" };
  const another = { label: "Use another activation token", view: "setup" };
  const report = { label: "Report now", act: "report" };
  const other = { label: "Other ways to report", view: "reporting" };

  /* tone: warn or bad. CONTACT, UNTIL and DATE are filled in. Without a prototype: a carried file may bring any word as a
   * code, "constructor" for one, and none finds more than what stands here.
   */
  const states = { __proto__: null,
    in_grace: { tone: "warn", title: "Please connect this kit soon",
      text: "It has not reached the team for some time. The films still play until UNTIL. Connect this PC to the " +
        "internet and press “Report now”, or report with a file.", actions: [report, other] },
    lease_expired: { tone: "bad", title: "This kit needs to be connected once",
      text: "It has not reached the team for too long, so the films cannot start. Connect this PC to the internet and " +
        "press “Report now”. Without internet, carry a file instead. If that does not help, ask CONTACT.",
      actions: [report, other] },
    licence_expired: { tone: "bad", title: "The licence has ended",
      text: "Your organisation’s time with these films is over, so they cannot start. Sessions that you held still " +
        "count: please report them. If you want to go on using the films, ask CONTACT.", actions: [report, other, another] },
    licence_suspended: { tone: "bad", title: "The licence is paused",
      text: "The team has paused your organisation’s licence, so the films cannot start for now. Ask CONTACT. When it " +
        "has been settled, press “Report now” and the films start again.", actions: [report, other] },
    licence_revoked: { tone: "bad", title: "The licence was withdrawn",
      text: "The team has withdrawn your organisation’s licence, so the films cannot start. Sessions that you held " +
        "still count: please report them. If you think this is a mistake, ask CONTACT.", actions: [report, other, another] },
    licence_pending: { tone: "bad", title: "The licence has not begun yet",
      text: "Your organisation may use the films from a later day. Come back then and press “Report now”. If you " +
        "expected it to have begun, ask CONTACT.", actions: [report] },
    installation_revoked: { tone: "bad", title: "This installation was switched off",
      text: "The team has switched off the kit in this browser, so the films cannot start here. Ask CONTACT why, and how " +
        "to go on. Sessions that you held still count: please report them.", actions: [report, other] },
    installation_released: { tone: "warn", title: "This PC has given its place back",
      text: "To use the films here again, set the kit up once more with your organisation’s activation token.",
      actions: [activate] },
    seat_limit_reached: { tone: "bad", title: "All places are taken",
      text: "Your organisation may use the kit in a set number of places, and all of them are in use. On a PC that no " +
        "longer shows the films, open “Reporting” and give its place back; or ask CONTACT for more places. Then press " +
        "“Try again”.", actions: [{ label: "Try again", act: "report" }, activate] },
    clock_suspect: { tone: "bad", title: "This PC’s clock seems wrong",
      text: "By its clock it is DATE. If that is not right, set date and time (or ask whoever looks after this PC), then " +
        "open this page again. Connecting to the internet and pressing “Report now” helps as well.", actions: [report] },
    reactivation_needed: { tone: "warn", title: "Please set up this kit again",
      text: "The team’s server does not know the kit in this browser any more. Nothing that you recorded is lost: set " +
        "the kit up again with your organisation’s activation token, and it is reported. No token at hand? Ask CONTACT.",
      actions: [activate] },
    lease_invalid: { tone: "bad", title: "The licence on this PC cannot be read",
      text: "What is stored here is damaged or belongs to another kit. Connect to the internet and press “Report now”, or " +
        "set the kit up again. If that does not help, ask CONTACT.", actions: [report, activate] },
    no_storage: { tone: "warn", title: "This browser keeps nothing",
      text: "The films play, but whatever is not reported before you close this page is lost. Please press “Report now” " +
        "at the end of each session, or report by phone. To keep things, leave private browsing, or use another " +
        "browser.", actions: [report, other] },
    unlicensed: { tone: "bad", title: "This kit is not set up yet",
      text: "Type the activation token that your organisation was sent.", actions: [activate] },
  };

  const refusals = { __proto__: null,
    token_mistyped: "This token cannot be right: please compare each letter and digit with what you were sent.",
    token_unknown: "The server does not know this token. Compare it once more; if it is the same, ask CONTACT.",
    token_revoked: "This token was withdrawn. Ask CONTACT for a new one.",
    token_expired: "This token could be used until a day that is over. Ask CONTACT for a new one.",
    token_used_up: "This token has been used as often as it may be. Ask CONTACT for a new one.",
    seat_limit_reached: "All places are taken. Your organisation may use the kit in a set number of places. On a PC that no " +
      "longer shows the films, open “Reporting” and give its place back; or ask CONTACT for more places. Then press " +
      "“Activate” again.",
    // These have another text while somebody sets the kit up: there is nothing to report yet.
    licence_pending: "The licence has not begun yet. Your organisation may use the films from a later day. Come back then and " +
      "press “Activate” again. If you expected it to have begun, ask CONTACT.",
    licence_suspended: "The licence is paused. Ask CONTACT; when it has been settled, press “Activate” again.",
    licence_expired: "The licence has ended. If your organisation wants to go on using the films, ask CONTACT.",
    licence_revoked: "The licence was withdrawn. If you think this is a mistake, ask CONTACT.",
    installation_revoked: "This installation was switched off. Ask CONTACT why, and how to go on.",
    lease_invalid: "The answer does not fit this stick. It may be an old copy, or one for another service. Ask CONTACT for the " +
      "newest one.",
    installation_elsewhere: "The kit in this browser belonged to another organisation. It has now begun anew: press " +
      "“Activate” once more. Without internet, save a new request file, carry it, and choose the new answer here.",
    kit_mismatch: "This token is for another kit. Look for the one that belongs to this stick, or ask CONTACT.",
    no_answer: "The server did not answer. Check the internet connection and try again. In some networks a sign-in page " +
      "comes first. Or open “No internet on this PC?” below.",
  };

  function fill(words) {
    const status = Player.licence ? Player.licence.status() : {};
    const values = { CONTACT: Player.config.contact, DATE: moment(Date.now()),
      UNTIL: status.graceUntil ? day(status.graceUntil) : "the end of its grace" };
    // All in one pass, and by a function: nothing inside a value is filled in again.
    return words.replace(/CONTACT|UNTIL|DATE/g, (name) => values[name]);
  }

  function state(code) {
    const known = states[code] || { tone: "bad", title: "The films cannot start",
      text: "The kit says “" + code + "”. Press “Report now”; if that does not help, ask CONTACT.", actions: [report] };
    return Object.assign({}, known, { text: fill(known.text) });
  }

  function refusal(code, detail) {
    if (refusals[code]) return fill(refusals[code]);
    if (states[code]) return states[code].title + ". " + fill(states[code].text);
    return (detail || "That did not work.") + " " + fill("If this goes on, ask CONTACT.");
  }

  function day(at) {
    return new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
  }

  function moment(at) {
    const time = new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    return day(at) + ", " + time;
  }

  function count(number, one, many) {
    return number + " " + (number === 1 ? one : many);
  }

  return { state, refusal, day, moment, count };
})();
