// GOV.UK Frontend's own behaviour where it was fetched; every page works without.
import { initAll } from "./govuk-frontend.min.js";

initAll();

// Without scripts the browser's own menu prints.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
