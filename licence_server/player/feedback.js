/* Feedback: stars and a comment, for one film or for the kit. */
"use strict";

Player.feedback = (function () {
  const { el, make, busy, onEnter, go, announce, complain } = Player.page;
  const NAMES = ["Not useful", "A little", "Fairly", "Very", "Extremely useful"];

  function chosen() {
    const star = document.querySelector("#star-row input:checked");
    return star ? Number(star.value) : null;
  }

  function missing(words) {
    complain(el("stars-error"), words);
    if (words) {
      el("star-row").querySelector("input").focus();
      announce(words);
    }
  }

  async function keep(button) {
    const rating = chosen();
    missing(rating === null ? "Please choose one to five stars." : null);
    if (rating === null) return;
    await busy(button, "Keeping …", async function () {
      const comment = el("comment").value.trim();
      await Player.licence.kit().giveFeedback({ rating, item: el("feedback-item").value || null,
        comment });
      await Player.licence.refresh();
      el("feedback-form").reset();
      el("feedback-done").textContent = Player.licence.reportingOff()
        ? "Thank you. You have objected to reporting, so it was not kept."
        : "Thank you. It is kept and goes with the next report.";
      // The end of a session sends it too; whoever gives it afterwards may never open this page again.
      if (!Player.session.running()) Player.reporting.sync();
    });
  }

  /* Open the form for one film. */
  function about(itemId) {
    go("feedback");
    el("feedback-item").value = itemId;
  }

  function start() {
    el("feedback-item").append(make("option", "The whole kit", { value: "" }));
    for (const item of Player.config.items) el("feedback-item").append(make("option", item.title, { value: item.id }));
    NAMES.forEach(function (name, index) {
      const label = make("label");
      label.append(make("input", null, { type: "radio", name: "stars", value: String(index + 1) }));
      label.append(make("span", "★".repeat(index + 1), { "aria-hidden": "true" }));
      label.append(make("span", Player.words.count(index + 1, "star", "stars") + ", " + name.toLowerCase(),
        { class: "unseen" }));
      label.title = name;
      el("star-row").append(label);
    });
    el("feedback-form").addEventListener("submit", function (event) {
      event.preventDefault();
      keep(event.submitter || el("feedback-form").querySelector("button"));
    });
    onEnter("feedback", function () {
      el("feedback-done").textContent = "";
      missing(null);
    }, Player.licence.guard);
  }

  return { start, about };
})();
