"""Keysets offered one after the other: which are accepted, and what is trusted afterwards."""

from typing import Any

from tests.support.vectors import world
from tests.support.vectors.world import (
    DAY,
    ISSUER,
    NEXT_SIGNING,
    NOW,
    ROOT,
    SECOND_ROOT,
    SIGNING,
    STRANGER,
    THIRD_ROOT,
    YEAR,
    Case,
)

TYP = "kit-keyset+jwt"
REQUIRED = tuple(world.keyset_claims())


def step(keyset: Any, accepted: bool, *, roots: list[str] | None = None, now: float = NOW) -> dict[str, Any]:
    return {"keyset": keyset, "roots": roots or [], "now": now, "accepted": accepted}


def case(name: str, what: str, steps: list[dict[str, Any]], version: int, kids: list[str], **inputs: Any) -> Case:
    return {
        "name": name,
        "what": what,
        "root": ROOT.jwk,
        "issuer": ISSUER,
        **inputs,
        "steps": steps,
        "expected": {"version": version, "kids": kids},
    }


def cases() -> list[Case]:
    return [*_versions(), *_roots(), *_refused()]


def _versions() -> list[Case]:
    one, two, three = (
        world.keyset(version=1),
        world.keyset(NEXT_SIGNING, version=2),
        world.keyset(NEXT_SIGNING, version=3),
    )
    short = world.keyset(exp=NOW + DAY)
    ours, newer = [SIGNING.kid], [NEXT_SIGNING.kid]
    return [
        case("first keyset", "signed by the root", [step(one, True)], 1, ours),
        case("the same again", "its version is not lower", [step(one, True), step(one, True)], 1, ours),
        case("next version", "replaces the one before", [step(one, True), step(two, True)], 2, newer),
        case("two rotations missed", "versions may be skipped", [step(one, True), step(three, True)], 3, newer),
        case("rollback", "a lower version than the last accepted", [step(two, True), step(one, False)], 2, newer),
        case("expired on acceptance", "exp equals now", [step(short, False, now=NOW + DAY)], 0, []),
        case("a second before its end", "is in time", [step(short, True, now=NOW + DAY - 1)], 1, ours),
        case(
            "expired, though newer",
            "the last one stays",
            [step(two, True), step(world.keyset(version=3, exp=NOW), False)],
            2,
            newer,
        ),
        case(
            "expired since it was accepted",
            "exp is judged on acceptance only; the same text offered again is refused, the accepted one stays",
            [step(short, True), step(short, False, now=NOW + YEAR)],
            1,
            ours,
        ),
    ]


def _roots() -> list[Case]:
    second = world.root_change(SECOND_ROOT, 2, by=ROOT)
    third = world.root_change(THIRD_ROOT, 3, by=SECOND_ROOT)
    strange = world.root_change(STRANGER, 2, by=STRANGER)
    forged = world.root_change(STRANGER, 2, by=STRANGER, kid=ROOT.kid)
    by_second, by_third = world.keyset(by=SECOND_ROOT, version=2), world.keyset(by=THIRD_ROOT, version=3)
    ours = [SIGNING.kid]
    skipped = world.root_change(THIRD_ROOT, 5, by=SECOND_ROOT)
    same_version = world.root_change(THIRD_ROOT, 2, by=SECOND_ROOT)
    root_claims = world.root_claims(SECOND_ROOT, 2)
    return [
        case("one root change", "signed by its predecessor", [step(by_second, True, roots=[second])], 2, ours),
        case("two root changes missed", "followed in order", [step(by_third, True, roots=[second, third])], 3, ours),
        case(
            "one after the other",
            "each in its own answer",
            [step(by_second, True, roots=[second]), step(by_third, True, roots=[second, third])],
            3,
            ours,
        ),
        case(
            "a kit built with the second root",
            "older changes are left",
            [step(by_third, True, roots=[second, third])],
            3,
            ours,
            root=SECOND_ROOT.jwk,
        ),
        case(
            "a kit built with the newest root",
            "every change is older",
            [step(by_third, True, roots=[second, third])],
            3,
            ours,
            root=THIRD_ROOT.jwk,
        ),
        case("a gap in the list", "the change in between is not there", [step(by_third, False, roots=[third])], 0, []),
        case(
            "the wrong order", "newest first cannot be followed", [step(by_third, False, roots=[third, second])], 0, []
        ),
        case(
            "version skipped",
            "versions only rise",
            [step(world.keyset(by=THIRD_ROOT, version=3), True, roots=[second, skipped])],
            3,
            ours,
        ),
        case(
            "version does not rise",
            "a change of root twice",
            [step(by_third, False, roots=[second, same_version])],
            0,
            [],
        ),
        case(
            "stranger's root change",
            "signed by the stranger",
            [step(world.keyset(by=STRANGER), False, roots=[strange])],
            0,
            [],
        ),
        case(
            "stranger's root change under our kid",
            "the key is fixed, not the name",
            [step(world.keyset(by=STRANGER), False, roots=[forged])],
            0,
            [],
        ),
        case(
            "stranger's root change between ours",
            "is left, ours are followed",
            [step(by_third, True, roots=[second, strange, third])],
            3,
            ours,
        ),
        case(
            "former root's keyset",
            "its word no longer counts",
            [step(by_second, True, roots=[second]), step(world.keyset(version=9), False)],
            2,
            ours,
        ),
        case(
            "former root, roots left out",
            "a change once followed is kept",
            [step(by_second, True, roots=[second]), step(by_second, True)],
            2,
            ours,
        ),
        *[
            case(
                f"root change without {name}",
                "every claim is required",
                [step(by_second, False, roots=[ROOT.sign("kit-root+jwt", world.without(root_claims, name))])],
                0,
                [],
            )
            for name in root_claims
        ],
        case(
            "root change of another server",
            "iss is another",
            [
                step(
                    by_second,
                    False,
                    roots=[world.root_change(SECOND_ROOT, 2, by=ROOT, iss="https://elsewhere.example")],
                )
            ],
            0,
            [],
        ),
        case(
            "root change with a padded text",
            "strict compact form",
            [step(by_second, False, roots=[second + "="])],
            0,
            [],
        ),
    ]


def _refused() -> list[Case]:
    claims = world.keyset_claims()
    plain = world.keyset()
    made = {f"without {name}": ROOT.sign(TYP, world.without(claims, name)) for name in REQUIRED}
    made |= {
        f"{name} is {value!r}": ROOT.sign(TYP, claims | {name: value})
        for name, values in {
            "version": (True, None, 0, -1, 1.5, "1"),
            "exp": (True, None, 1.5, "1900000000", -1),
            "iat": (True, None, 1.5, "x"),
            "keys": (None, {}, [], "x", [7], [{}]),
            "aud": ("kit-root", ["kit-keyset"], None),
            "iss": ("https://elsewhere.example", None),
        }.items()
        for value in values
    }
    made |= {
        "signed by a stranger": world.keyset(by=STRANGER),
        "signed by a stranger under our kid": STRANGER.sign(TYP, claims, kid=ROOT.kid),
        "signed by its own signing key": world.keyset(by=SIGNING),
        "alg none": ROOT.sign(TYP, claims, alg="none"),
        "two keys under one kid": ROOT.sign(
            TYP, claims | {"keys": [SIGNING.jwk, NEXT_SIGNING.jwk | {"kid": SIGNING.kid}]}
        ),
        "a point off the curve": ROOT.sign(TYP, claims | {"keys": [SIGNING.jwk | {"y": SIGNING.jwk["x"]}]}),
        "padded": plain + "=",
        "newline after": plain + "\n",
        "truncated": plain[:-4],
    }
    return [case(name, "not a keyset of ours", [step(text, False)], 0, []) for name, text in made.items()]
