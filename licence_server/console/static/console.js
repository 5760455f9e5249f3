// GOV.UK Frontend's own behaviour where it was fetched; every page works without.
import { initAll } from "./govuk-frontend.min.js";

initAll();
