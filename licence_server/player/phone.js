/* Report by phone: QR codes, one after another, and the eight symbols that the phone shows. */
"use strict";

Player.phone = (function () {
  const { el, fault, announce, onEnter } = Player.page;
  const LARGEST = 20;
  const QUIET = 4;
  let codes = [];
  let at = 0;

  /* One path for all dark squares; drawn by us, so that it carries a name and stays crisp at any size. */
  function draw(address) {
    const code = window.qrcode(0, "M");
    code.addData(address, "Byte");
    code.make();
    const size = code.getModuleCount();
    if ((size - 17) / 4 > LARGEST) throw new Error("the code is larger than version " + LARGEST);
    let path = "";
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1) {
        if (code.isDark(row, column)) path += "M" + (column + QUIET) + " " + (row + QUIET) + "h1v1h-1z";
      }
    }
    const whole = size + 2 * QUIET;
    el("qr").innerHTML = '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="QR code for a phone" viewBox="0 0 ' +
      whole + " " + whole + '" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h' + whole + "v" + whole + "h-" +
      whole + 'z"/><path fill="#000" d="' + path + '"/></svg>';
  }

  function show() {
    el("phone-none").hidden = codes.length > 0;
    el("phone-some").hidden = codes.length === 0;
    if (codes.length === 0) return;
    at = Math.min(at, codes.length - 1);
    draw(codes[at]);
    el("phone-count").textContent = codes.length === 1 ? "" : "Code " + (at + 1) + " of " + codes.length;
    el("phone-steps").hidden = codes.length === 1;
    el("phone-before").hidden = at === 0;
    el("phone-after").hidden = at === codes.length - 1;
    fault(el("symbols"), "symbols-error", null);
  }

  async function enter() {
    el("phone-result").textContent = "";
    el("phone-some").hidden = el("phone-none").hidden = true;
    codes = await Player.licence.kit().exportCodes();
    at = 0;
    show();
  }

  function step(by) {
    at += by;
    show();
    const button = el(by > 0 ? "phone-after" : "phone-before");
    if (button.hidden) el(by > 0 ? "phone-before" : "phone-after").focus();
  }

  async function confirm() {
    const typed = el("symbols").value.replace(/[\s-]/g, "").toUpperCase();
    const right = typed.length === 8 && (await Player.licence.kit().confirm(typed));
    if (!right) {
      fault(el("symbols"), "symbols-error", typed.length === 8
        ? "These do not belong to a code from this page. Please compare them with the phone."
        : "There are eight letters and digits; these are " + typed.length + ".");
      announce(el("symbols-error").textContent);
      return;
    }
    el("symbols").value = "";
    // The SDK knows which message the symbols belong to, so codes may be confirmed in any order.
    await Player.licence.refresh();
    await enter();
    el("phone-result").textContent = codes.length ? "Confirmed. " + Player.words.count(codes.length, "code is", "codes are") +
      " still to be read." : "Confirmed: the sessions are with the team.";
    (codes.length ? el("symbols") : document.querySelector("#view-phone h1")).focus();
  }

  function start() {
    el("confirm-form").addEventListener("submit", function (event) {
      event.preventDefault();
      confirm();
    });
    el("phone-before").addEventListener("click", () => step(-1));
    el("phone-after").addEventListener("click", () => step(1));
    onEnter("phone", enter, Player.licence.guard);
  }

  return { start };
})();
