"""Report by phone: the code on the screen, read by a decoder that is not ours."""

import base64
import hashlib
import hmac
import json
import zlib
from io import BytesIO
from typing import Any

import zxingcpp
from PIL import Image
from playwright.sync_api import BrowserContext, expect

from licence_server.config import load
from licence_server.services.runtime import open_runtime
from tests.support.handout import Handout
from tests.support.trainer import Trainer

# Held through the SDK in the page: what they look like on the screen is told elsewhere.
SIX_WORKSHOPS = """async () => {
  for (let people = 1; people <= 6; people += 1) {
    const session = await Player.licence.kit().startSession({mode: "workshop", attendeeCount: people});
    for (const film of ["film-1", "film-2"]) await session.play(film, {seconds: 8, completed: true});
    await session.end();
  }
}"""
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def scanned(trainer: Trainer) -> str:
    """What a phone's camera makes of the screen."""
    expect(trainer.page.locator("#qr svg")).to_be_visible()
    picture = Image.open(BytesIO(trainer.page.screenshot(full_page=True)))
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.format == zxingcpp.BarcodeFormat.QRCode
    return str(code.text)


def message_in(address: str, server_url: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of the message that an address carries."""
    before, message = address.split("#")
    assert before == f"{server_url}/r"
    header, payload, _ = message.split(".")
    return json.loads(_bytes(header)), json.loads(zlib.decompress(_bytes(payload), -15))


def eight_symbols(handout: Handout, claims: dict[str, Any], kid: str) -> str:
    """What the phone would show: base32 of the first bits of HMAC(message_key, "ack:" + jti)."""
    runtime = open_runtime(load(handout.server.environ, handout.server.directory))
    key = runtime.secret_keys.message_key(kid, claims["sub"])
    runtime.database.close()
    bits = int.from_bytes(hmac.digest(key, f"ack:{claims['jti']}".encode(), hashlib.sha256)[:5], "big")
    return "".join(CROCKFORD[bits >> 5 * place & 31] for place in reversed(range(8)))


def test_a_phone_reads_the_code_and_its_symbols_clear_the_outbox(
    trainer: Trainer, handout: Handout, context: BrowserContext
) -> None:
    trainer.opens().activates(handout.token)
    context.set_offline(True)
    trainer.starts_workshop(14).plays_film(1).ends().goes_to("Reporting")
    trainer.page.get_by_role("link", name="Report by phone").click()
    header, claims = message_in(scanned(trainer), handout.server.url)

    assert (header["typ"], header["alg"]) == ("kit-message+jwt", "HS256")
    (report,) = claims["reports"]
    assert (report["attendee_count"], report["mode"], report["items"][0]["item"]) == (14, "workshop", "film-1")
    symbols = eight_symbols(handout, claims, header["kid"])
    wrong = ("0" if symbols[0] != "0" else "1") + symbols[1:]
    trainer.page.get_by_label("Type them here").fill(wrong)
    trainer.button("Confirm").click()
    trainer.reads("These do not belong to a code from this page.")
    trainer.page.get_by_label("Type them here").fill(f"{symbols[:4].lower()} {symbols[4:].lower()}")
    trainer.button("Confirm").click()
    trainer.reads("Confirmed: the sessions are with the team.")
    trainer.goes_to("Reporting")
    expect(trainer.page.locator("#waiting")).to_have_text("nothing")


def test_many_sessions_make_several_codes(trainer: Trainer, handout: Handout, context: BrowserContext) -> None:
    trainer.opens().activates(handout.token)
    context.set_offline(True)
    trainer.evaluates(SIX_WORKSHOPS)
    trainer.goes_to("Reporting").page.get_by_role("link", name="Report by phone").click()
    seen: list[int] = []
    while True:
        _, claims = message_in(scanned(trainer), handout.server.url)
        seen += [report["attendee_count"] for report in claims["reports"]]
        if trainer.button("Next code").is_hidden():
            break
        before = trainer.page.locator("#phone-count").inner_text()
        trainer.button("Next code").click()
        expect(trainer.page.locator("#phone-count")).not_to_have_text(before)

    assert seen == [1, 2, 3, 4, 5, 6]
    assert trainer.page.locator("#phone-count").inner_text().startswith("Code 2 of")


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
