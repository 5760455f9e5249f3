/* The page for files: without this script the browser saves the answer and the page says nothing of it. With it, the
 * page says what was saved, and what to do next.
 */
"use strict";

(() => {
  const SAVED_FOR = 60000;

  /* How many reports an answer is about; null for an activation. */
  function reports(answer) {
    if (!answer.receipt) return null;
    const claims = JSON.parse(atob(answer.receipt.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
    return claims.results.filter((result) => result.status !== "rejected").length;
  }

  function told(name, count) {
    const arrived = count === null ? "" : count === 1 ? "1 report has arrived. " : `${count} reports have arrived. `;
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
