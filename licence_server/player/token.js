/* A first look at an activation token, before any network: a typing mistake is told at once.
 *
 * 28 symbols of Crockford's base32, the last one a Luhn check over the base of 32. Case, spaces, hyphens and the dashes
 * that word processors make of them do not matter; O is read as 0, I and L as 1. The SDK and the server look again, at
 * the symbols alone.
 */
"use strict";

Player.token = (function () {
  const SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const LENGTH = 28;

  function symbols(typed) {
    return typed.replace(/[\s\-\u2010-\u2015]/g, "").toUpperCase().replace(/O/g, "0").replace(/[IL]/g, "1");
  }

  /* What is wrong with what was typed, in words, or null. */
  function fault(typed) {
    const read = symbols(typed);
    if (read === "") return "Please type the activation token.";
    const strange = Array.from(read).find((symbol) => !SYMBOLS.includes(symbol));
    if (strange) return "“" + strange + "” is not used in activation tokens. Please compare it with what you were sent.";
    if (read.length !== LENGTH) {
      return "A token has " + LENGTH + " letters and digits; these are " + read.length + ".";
    }
    let sum = 0;
    for (let place = 0; place < LENGTH; place += 1) {
      const weighted = SYMBOLS.indexOf(read[LENGTH - 1 - place]) * (place % 2 ? 2 : 1);
      sum += Math.floor(weighted / 32) + (weighted % 32);
    }
    return sum % 32 === 0 ? null : Player.words.refusal("token_mistyped");
  }

  return { fault, symbols };
})();
