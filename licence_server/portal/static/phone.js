/* The phone's page: hands the message in the address's fragment to the API, shows what came of it.
 *
 * Nothing is stored. Once the report has arrived the fragment is taken out of the address, so that it does not
 * stay in the phone's history either; until then it stays, for a reload.
 */
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const TIMEOUT = 30000;
  const ADVICE = {
    message_refused: "The code was not read whole, or it is not one of a kit of this service. Read it again.",
    message_invalid: "The code is not one that kits show. Read it again.",
    body_invalid: "The code was not read whole. Read it again.",
    installation_unknown: "The service does not know this kit any more. It has to be activated again.",
  };
  let message = "";

  function show(id) {
    for (const other of ["waiting", "arrived", "failed"]) byId(other).hidden = other !== id;
    if (id !== "waiting") byId(id).focus();
  }

  function fail(why, code, again) {
    byId("why").textContent = why;
    byId("code").textContent = code || "";
    byId("reason").hidden = !code;
    byId("again").hidden = !again;
    document.title = "Not handed in - training kit";
    show("failed");
  }

  /* The claims of a receipt. The phone has no key to verify it with, and need not: it decides nothing. */
  function claims(jwt) {
    const text = atob(jwt.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (symbol) => symbol.charCodeAt(0))));
  }

  function sessions(number) {
    if (number === 0) return "There was nothing in the report.";
    return number === 1 ? "1 session has arrived." : `${number} sessions have arrived.`;
  }

  function arrive(answer) {
    const results = claims(answer.receipt).results;
    const rejected = results.filter((result) => result.status === "rejected").length;
    const symbols = answer.confirmation;
    byId("count").textContent = sessions(results.length - rejected);
    byId("rejected").textContent = `${rejected} of ${results.length} could not be counted. Please tell the team.`;
    byId("rejected").hidden = rejected === 0;
    byId("symbols").replaceChildren(...[symbols.slice(0, 4), symbols.slice(4)].map((group) => {
      const part = document.createElement("span");
      part.textContent = group;
      return part;
    }));
    byId("spelt").textContent = `${[...symbols.slice(0, 4)].join(" ")}, ${[...symbols.slice(4)].join(" ")}`;
    document.title = "Handed in - training kit";
    history.replaceState(null, "", location.pathname + location.search);
    show("arrived");
  }

  async function handIn() {
    show("waiting");
    let response;
    let answer;
    try {
      response = await fetch("api/v1/exchange", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ message }),
        credentials: "omit",
        redirect: "error",
        cache: "no-store",
        referrerPolicy: "no-referrer",
        signal: AbortSignal.timeout ? AbortSignal.timeout(TIMEOUT) : undefined,
      });
      answer = await response.json();
    } catch {
      return fail("The service could not be reached. Check that this phone is online, then try again.", "", true);
    }
    if (response.ok && typeof answer.receipt === "string" && /^[0-9A-Z]{8}$/.test(answer.confirmation)) {
      return arrive(answer);
    }
    const code = typeof answer.code === "string" ? answer.code : "";
    if (code && response.status < 500 && response.status !== 429) {
      return fail(ADVICE[code] || String(answer.detail || ""), code, false);
    }
    return fail("The service cannot take the report just now. Try again in a minute.", code, true);
  }

  function begin() {
    const fragment = location.hash.slice(1);
    if (fragment) {
      message = fragment;
      handIn();
    } else if (!message) {
      fail("There is no report in this address. Open the camera and read the code that the kit shows.", "", false);
    }
  }

  byId("again").addEventListener("click", handIn);
  window.addEventListener("hashchange", begin);
  begin();
})();
