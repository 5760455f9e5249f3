"""The Python SDK against the contract vectors that every SDK must pass."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from client_sdk import activation_token, jws, lease, standing, trust
from client_sdk.clock import Reckoning
from client_sdk.errors import NotTrusted
from client_sdk.lease import Lease
from client_sdk.trust import Trust
from client_sdk.verdict import Verdict
from tests.support.vectors import leases, typ_pairs
from tests.support.vectors.generate import FILES, HOME, generate

Case = dict[str, Any]


def load(name: str, **chosen: str) -> list[Any]:
    cases = json.loads((HOME / name).read_text())["cases"]
    kept = [case for case in cases if all(case[key] == value for key, value in chosen.items())]
    return [pytest.param(case, id=case["name"]) for case in kept]


@pytest.mark.parametrize("case", load("leases.json"))
def test_lease(case: Case) -> None:
    verdict = lease.verify(
        case["lease"],
        case["keyset"],
        case["root"],
        case["now"],
        issuer=case["issuer"],
        kit_id=case["kit_id"],
        installation_id=case["installation_id"],
        roots=case["roots"],
        newest_iat=case["newest_iat"],
    )

    assert {"valid": verdict.valid, "code": verdict.code} == case["expected"]


@pytest.mark.parametrize("case", load("keysets.json"))
def test_keyset(case: Case) -> None:
    trusted = trust.anchor(case["root"], case["issuer"])

    for step in case["steps"]:
        accepted = True
        try:
            trusted = trust.accept(trusted, step["roots"], step["keyset"], step["now"])
        except NotTrusted:
            accepted = False
        assert accepted == step["accepted"]

    assert {"version": trusted.version, "kids": list(trusted.keys)} == case["expected"]
    restored = trust.restore(trust.anchor(case["root"], case["issuer"]), trusted.roots, trusted.keyset)
    assert (restored.version, list(restored.keys)) == (trusted.version, list(trusted.keys))


@pytest.mark.parametrize("case", load("clocks.json"))
def test_clock(case: Case) -> None:
    time = Reckoning(case["local_time"], case["offset"], case["highest_time"])
    said = case["server_verdict"] and Verdict(**case["server_verdict"])

    verdict = standing.decide(_held(case), said=said, forgotten=case["forgotten"], now=time.now, highest=time.highest)

    assert {"valid": verdict.valid, "code": verdict.code} == case["expected"]


@pytest.mark.parametrize("case", load("activation_tokens.json"))
def test_activation_token(case: Case) -> None:
    assert activation_token.normalise(case["typed"]) == case["expected"]["token"]


# A message is read by the server alone: those pairs are its to refuse.
@pytest.mark.parametrize(
    "case",
    [case for wanted in ("lease", "keyset", "root", "receipt") for case in load("typ_pairs.json", offered_as=wanted)],
)
def test_one_signed_thing_in_the_place_of_another(case: Case) -> None:
    trusted = trust.restore(trust.anchor(case["root"], case["issuer"]), (), case["keyset"])
    text = case["text"]

    if case["offered_as"] == "root":
        assert trust.follow(trusted, [text]) == trusted
        return
    read: dict[str, Callable[[], Any]] = {
        "lease": lambda: lease.read(text, trusted, kit_id=case["kit_id"], installation_id=case["installation_id"]),
        "keyset": lambda: trust.accept(trusted, [], text, case["now"]),
        "receipt": lambda: jws.parse(text, typ="kit-receipt+jwt"),
    }
    with pytest.raises(NotTrusted):
        read[case["offered_as"]]()


def test_the_vectors_are_what_the_generator_makes(tmp_path: Path) -> None:
    generate(tmp_path)

    for name in FILES:
        assert (tmp_path / name).read_text() == (HOME / name).read_text(), f"{name} is out of date"


def test_the_vectors_cover_what_was_promised() -> None:
    names = {case.values[0]["name"] for case in load("leases.json")}
    pairs = {(case.values[0]["given"], case.values[0]["offered_as"]) for case in load("typ_pairs.json")}

    assert {f"without {name}" for name in leases.REQUIRED} <= names
    assert {f"without {outer}.{name}" for outer, name in leases.NESTED} <= names
    assert len(pairs) == len(typ_pairs.CLAIMS) * (len(typ_pairs.CLAIMS) - 1)
    for name in FILES:
        every = [case.values[0]["name"] for case in load(name)]
        assert len(every) == len(set(every)), f"{name} names two cases alike"


def test_the_rightly_typed_things_of_the_pairs_are_good() -> None:
    """Else the pairs would be refused for another reason than their typ."""
    case = load("typ_pairs.json")[0].values[0]
    trusted = trust.restore(trust.anchor(case["root"], case["issuer"]), (), case["keyset"])
    text = {kind: typ_pairs._sign(kind, kind, claims) for kind, claims in typ_pairs.CLAIMS.items()}

    assert lease.read(text["lease"], trusted, kit_id=case["kit_id"], installation_id=case["installation_id"])
    assert trust.accept(trusted, [], text["keyset"], case["now"])
    assert trust.follow(trusted, [text["root"]]).root_version == 2
    assert jws.parse(text["receipt"], typ="kit-receipt+jwt")


def _held(case: Case) -> Lease | NotTrusted | None:
    if case["lease"] is None:
        return None
    try:
        trusted: Trust = trust.restore(trust.anchor(case["root"], case["issuer"]), case["roots"], case["keyset"])
        return lease.read(
            case["lease"],
            trusted,
            kit_id=case["kit_id"],
            installation_id=case["installation_id"],
            newest_iat=case["newest_iat"],
        )
    except NotTrusted as error:
        return error
