/* Setting up: a typed token, the token on an organisation's own stick, or a file carried by hand. */
"use strict";

Player.setup = (function () {
  const { el, fault, busy, announce, go } = Player.page;
  const own = Player.config.activationToken;
  let typing = !own;

  function draw() {
    el("setup-own").hidden = typing;
    el("setup-form").hidden = !typing;
    if (Player.config.organisation) el("setup-organisation").textContent = Player.config.organisation.name;
    el("carry-request-words").textContent = typing
      ? "Type the token above, then save a request file." : "Save a request file.";
  }

  /* The token to use, or null after saying what is wrong with the typed one. */
  function token() {
    if (!typing) return own;
    const typed = el("token").value;
    const words = Player.token.fault(typed);
    fault(el("token"), "token-error", words);
    if (words) announce(words);
    return words ? null : Player.token.symbols(typed);
  }

  async function activate(button) {
    const chosen = token();
    if (chosen === null) return;
    if (!typing) fault(el("setup-own-go"), "setup-own-error", null);
    await busy(button, "Setting up …", async function () {
      const verdict = await Player.licence.kit().activate(chosen);
      await arrived(verdict);
    });
  }

  /* An answer came, by network or by file: on to the films, or say why not. */
  async function arrived(verdict) {
    await Player.licence.refresh();
    if (verdict.valid && Player.licence.status().verdict.valid) {
      el("token").value = "";
      announce("This kit is set up.");
      Player.home.greet("This kit is set up in this browser: you can start.");
      go("home");
      return;
    }
    const silent = verdict.warnings.includes("no_answer");
    refuse(silent ? "no_answer" : verdict.code, verdict.detail);
    if (silent) el("setup-carry").open = true;
  }

  /* Only where the stick's own token is at fault does it help to type another one. */
  function refuse(code, detail) {
    if (!typing && /^(token_|kit_mismatch)/.test(code)) {
      typing = true;
      draw();
    }
    let words = Player.words.refusal(code, detail);
    if (typing) fault(el("token"), "token-error", words);
    else {
      words = words.replace(/“Activate”/g, "“Set up this kit”");
      fault(el("setup-own-go"), "setup-own-error", words);
    }
    announce(words);
  }

  async function saveRequest() {
    const chosen = token();
    if (chosen === null) return;
    const text = await Player.licence.kit().exportActivation(chosen);
    Player.files.save(text, Player.files.nameOf(".kit-request"));
    el("carry-result").textContent = "The request file was saved. Carry it to a computer with internet.";
  }

  async function loadResponse() {
    const input = el("carry-response");
    const text = await Player.files.read(input);
    input.value = "";
    if (text === null) return;
    const verdict = await Player.licence.kit().importResponse(text);
    await Player.licence.refresh();
    const fit = verdict.valid && !verdict.warnings.includes("response_invalid");
    fault(input, "carry-error", fit ? null : unfit(verdict));
    el("carry-result").textContent = "";
    if (fit) await arrived(verdict);
  }

  function unfit(verdict) {
    return ["lease_invalid", "unlicensed"].includes(verdict.code) || verdict.warnings.includes("response_invalid")
      ? "This is not the answer to a request from this browser. Please choose the file that the website gave you."
      : Player.words.refusal(verdict.code, verdict.detail);
  }

  function start() {
    draw();
    el("setup-form").addEventListener("submit", function (event) {
      event.preventDefault();
      activate(event.submitter || el("setup-form").querySelector("button"));
    });
    el("setup-own-go").addEventListener("click", function (event) { activate(event.currentTarget); });
    el("setup-other").addEventListener("click", function () {
      typing = true;
      draw();
      el("token").focus();
    });
    el("carry-request").addEventListener("click", saveRequest);
    el("carry-response").addEventListener("change", loadResponse);
  }

  return { start };
})();
