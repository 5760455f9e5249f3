"""Whatever the server or the SDK can say, the page says in words of its own. In Node: it needs no browser."""

import json
import subprocess
from pathlib import Path

import pytest

from licence_server.api.kit import ACTIVATION_REFUSED
from tests.support import browsers

WORDS = Path(__file__).parents[2] / "licence_server/player/words.js"

# As the contract's table has them; `active` alone needs no words.
SAID_BY_THE_SERVER = [
    "installation_revoked",
    "installation_released",
    "licence_revoked",
    "licence_suspended",
    "licence_expired",
    "licence_pending",
    "seat_limit_reached",
]
SAID_BY_THE_SDK = ["in_grace", "unlicensed", "lease_expired", "lease_invalid", "clock_suspect", "reactivation_needed"]
WARNINGS_THAT_SHOW = ["no_storage", "reactivation_needed"]
# Too many attempts (429) is no answer to an SDK: it waits.
ON_SETTING_UP = [*(code for code in ACTIVATION_REFUSED if code != "too_many_attempts"), "token_mistyped", "no_answer"]

SCRIPT = """
globalThis.Player = {config: {contact: "the UPDATE team, $&"}};
const {state, refusal} = new Function(require("fs").readFileSync(0, "utf8") + "; return Player.words;")();
const [states, refusals] = JSON.parse(process.argv[1]);
const said = Object.fromEntries(states.map((code) => [code, state(code)]));
const refused = Object.fromEntries(refusals.map((code) => [code, refusal(code, "In the server's words.")]));
console.log(JSON.stringify({said, refused}));
"""


@pytest.fixture(scope="module")
def spoken() -> dict[str, dict[str, dict[str, object]]]:
    new = ["something_new", "constructor", "__proto__", "toString"]
    states = [*SAID_BY_THE_SERVER, *SAID_BY_THE_SDK, *WARNINGS_THAT_SHOW, *new]
    done = subprocess.run(
        [browsers.node(), "-e", SCRIPT, json.dumps([states, [*ON_SETTING_UP, *new]])],
        input=WORDS.read_text(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("code", dict.fromkeys([*SAID_BY_THE_SERVER, *SAID_BY_THE_SDK, *WARNINGS_THAT_SHOW]))
def test_a_verdict_has_a_text_and_a_way_on(spoken: dict[str, dict[str, dict[str, object]]], code: str) -> None:
    said = spoken["said"][code]
    assert said["title"] != spoken["said"]["something_new"]["title"]
    assert said["actions"]
    assert not {"CONTACT", "UNTIL", "DATE", code} & set(str(said["text"]).replace(".", " ").split())


@pytest.mark.parametrize("code", ON_SETTING_UP)
def test_a_refusal_to_set_up_has_a_text(spoken: dict[str, dict[str, dict[str, object]]], code: str) -> None:
    said = str(spoken["refused"][code])
    assert "In the server's words." not in said
    assert "CONTACT" not in said
    assert "Report now" not in said, "there is no such button while the kit is set up"


def test_what_a_later_server_may_say_is_said_in_its_words(spoken: dict[str, dict[str, dict[str, object]]]) -> None:
    assert str(spoken["refused"]["something_new"]).startswith("In the server's words.")
    assert "something_new" in str(spoken["said"]["something_new"]["text"])


def test_whom_to_ask_stands_there_as_it_was_given(spoken: dict[str, dict[str, dict[str, object]]]) -> None:
    assert str(spoken["said"]["licence_revoked"]["text"]).endswith("ask the UPDATE team, $&.")


@pytest.mark.parametrize("code", ["constructor", "__proto__", "toString"])
def test_a_code_that_every_object_knows_is_an_unknown_one(
    spoken: dict[str, dict[str, dict[str, object]]], code: str
) -> None:
    assert spoken["said"][code]["title"] == spoken["said"]["something_new"]["title"]
    assert spoken["refused"][code] == spoken["refused"]["something_new"]
