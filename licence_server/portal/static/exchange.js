/* The page for files: without this script the browser saves the answer and the page says nothing of it. With it, the
 * page says what was saved, and what to do next.
 */
"use strict";

(() => {
  const SAVED_FOR = 60000;

  /* What came of the reports that an answer is about; nothing for an activation. */
  function reports(answer) {
    if (!answer.receipt) return "";
    const {results} = JSON.parse(atob(answer.receipt.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
    const rejected = results.filter((result) => result.status === "rejected").length, good = results.length - rejected;
    const arrived = good === 1 ? "1 report has arrived. " : `${good} reports have arrived. `;
    return rejected ? `${arrived}${rejected} of ${results.length} could not be counted: please tell the team. ` : arrived;
  }

  function told(name, arrived) {
    return `${arrived}The answer was saved as ${name}. Carry it back to the kit and choose it there.`;
  }

  function save(text, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], {type: "application/octet-stream"}));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), SAVED_FOR);
  }

  /* The page with the reason, in the place of this one. */
  function replace(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    document.title = page.title;
    document.querySelector("main").replaceWith(page.querySelector("main"));
    const error = document.getElementById("error");
    error.tabIndex = -1;
    error.focus();
  }

  document.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target, made = document.getElementById("made");
    made.textContent = "One moment …";
    try {
      const answer = await fetch(form.action, {method: "POST", body: new FormData(form)});
      const named = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition"));
      const text = await answer.text();
      if (!named) return replace(text);
      document.getElementById("error")?.remove();
      form.elements.request.removeAttribute("aria-invalid");
      document.title = document.title.replace(/^Error: /, "");
      const words = told(named[1], reports(JSON.parse(text)));
      save(text, named[1]);
      made.textContent = words;
    } catch {
      // Somebody else's page, or no network: the browser says it best.
      form.submit();
    }
  });
})();
