/* The page itself: views, focus, messages. Every script adds one member to the one global, Player.
 *
 * A view is a <section data-view>; the address's fragment names the one that shows, so that links and the
 * browser's Back button work from file:// too. Whoever arrives at a view starts at its heading.
 */
"use strict";

window.Player = { config: window.KIT_CONFIG };

Player.page = (function () {
  const guards = {};
  const entered = {};
  let showing = "loading";
  let announced = "";

  function el(id) {
    return document.getElementById(id);
  }

  function make(tag, words, attributes) {
    const node = document.createElement(tag);
    if (words !== undefined && words !== null) node.textContent = words;
    for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
    return node;
  }

  /* What to do when a view is entered; a guard may send the person to another view by returning its name. */
  function onEnter(view, enter, guard) {
    entered[view] = enter;
    if (guard) guards[view] = guard;
  }

  function go(view) {
    if (location.hash === "#" + view) show();
    else location.hash = "#" + view;
  }

  function wanted() {
    const view = location.hash.slice(1);
    return document.querySelector('[data-view="' + CSS.escape(view) + '"]') ? view : "home";
  }

  function show() {
    let view = wanted();
    for (let turns = 0; turns < 3; turns += 1) {
      const other = guards[view] && guards[view]();
      if (!other || other === view) break;
      view = other;
    }
    if (view !== wanted()) history.replaceState(null, "", "#" + view);
    for (const section of document.querySelectorAll("[data-view]")) section.hidden = section.dataset.view !== view;
    const left = showing;
    showing = view;
    mark(view);
    if (entered[view]) entered[view](left);
    const heading = document.querySelector('[data-view="' + view + '"] h1');
    document.title = heading.textContent + " – " + Player.config.kitName;
    window.scrollTo(0, 0);
    heading.focus({ preventScroll: true });
    document.dispatchEvent(new CustomEvent("player:view", { detail: { view, left } }));
  }

  /* Which part of the kit one is in; a view without a link of its own belongs to another's part. */
  function mark(view) {
    const part = document.querySelector('[data-view="' + view + '"]').dataset.part || view;
    for (const link of document.querySelectorAll("#nav a")) {
      if (link.hash === "#" + part) link.setAttribute("aria-current", part === view ? "page" : "true");
      else link.removeAttribute("aria-current");
    }
  }

  function announce(words) {
    announced = words;
    el("announcer").textContent = "";
    // A live region speaks when its text changes; the same words twice need the gap.
    setTimeout(function () { el("announcer").textContent = announced; }, 60);
  }

  /* A field's error: shown beside the field and tied to it, and the focus on the field, so that it is read out. */
  function fault(input, errorId, words) {
    const error = el(errorId);
    const others = (input.getAttribute("aria-describedby") || "").split(" ").filter((id) => id && id !== errorId);
    complain(error, words);
    if (words) {
      // Of a button it is the work that failed, not what was typed.
      if (input.tagName !== "BUTTON") input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", [errorId].concat(others).join(" "));
      input.focus();
    } else {
      input.removeAttribute("aria-invalid");
      if (others.length) input.setAttribute("aria-describedby", others.join(" "));
      else input.removeAttribute("aria-describedby");
    }
  }

  /* Shows an error, or none: what is the matter stands out, what to do about it follows in plain type. */
  function complain(error, words) {
    const [first] = (words || "").match(/^.*?[.:](?= )/) || [words || ""];
    error.replaceChildren(make("strong", first), (words || "").slice(first.length));
    error.hidden = !words;
  }

  /* Run one thing at a time for a button. It keeps its focus: a disabled button would lose it. */
  async function busy(button, words, work) {
    if (button.getAttribute("aria-disabled") === "true") return;
    const before = button.textContent;
    button.setAttribute("aria-disabled", "true");
    button.textContent = words;
    announce(words);
    try {
      await work();
    } finally {
      button.textContent = before;
      button.removeAttribute("aria-disabled");
      // What came of it was announced meanwhile, or shows; that it is under way is true no more.
      if (announced === words) announce("");
    }
  }

  function start() {
    el("skip").addEventListener("click", function (event) {
      event.preventDefault();
      el("main").focus();
    });
    window.addEventListener("hashchange", show);
  }

  return { el, make, onEnter, go, show, announce, complain, fault, busy, start, view: () => showing };
})();
