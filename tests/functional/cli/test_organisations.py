"""Organisations and kits: added, listed, refused."""

import pytest

from tests.functional.cli.conftest import Shell


def test_an_organisation_is_added_and_listed(shell: Shell) -> None:
    added = shell.json(
        "organisations",
        "add",
        " Café [bold] ",
        "--contact-email",
        "a@b.example",
        "--sector",
        "food",
        "--reference",
        "7",
    )

    assert added["name"] == "Café [bold]"
    assert added["created_at"] == "2026-03-02T09:00:00Z"
    assert shell.json("organisations", "list") == {"items": [added]}
    table = shell.run("organisations", "list").stdout
    assert added["id"] in table
    assert "Café [bold]" in table
    assert "\x1b" not in table


def test_lists_go_beyond_one_page(shell: Shell) -> None:
    rows = "\n".join(f"Organisation {number}" for number in range(1201))
    shell.run("organisations", "import", shell.write("many.csv", f"name\n{rows}\n"))

    names = [item["name"] for item in shell.json("organisations", "list")["items"]]

    assert names == [f"Organisation {number}" for number in range(1201)]


@pytest.mark.parametrize(
    "arguments",
    [
        [" "],
        ["x" * 201],
        ["a\x1b[31mb"],
        ["A", "--contact-email", "nobody"],
        ["A", "--sector", "x" * 101],
        ["A", "--reference", "x" * 101],
    ],
)
def test_unfit_details_are_refused(shell: Shell, arguments: list[str]) -> None:
    shell.refused("organisation_invalid", "organisations", "add", *arguments)
    assert shell.json("organisations", "list") == {"items": []}


def test_a_reference_is_given_once(shell: Shell) -> None:
    shell.json("organisations", "add", "A", "--reference", "7")
    shell.refused("reference_taken", "organisations", "add", "B", "--reference", "7")


def test_arguments_that_are_no_text_are_wrong_usage(shell: Shell) -> None:
    shell.misused("organisations", "add", "A\udcff")
    shell.misused("organisations", "list", "--search", "A\udcff")


def test_a_kit_grows_but_is_not_taken_over(shell: Shell) -> None:
    shell.json("kits", "add", "prevent", "Prevent", "--item", "film-1=One", "--item", "film-2=Two=2")

    grown = shell.json("kits", "add", "prevent", "Prevent", "--item", "film-2=Second", "film-3=Three")

    assert grown["items"] == [
        {"id": "film-1", "title": "One"},
        {"id": "film-2", "title": "Second"},
        {"id": "film-3", "title": "Three"},
    ]
    shell.refused("kit_exists", "kits", "add", "prevent", "Prevent", "--item", "film-3=Three")
    shell.refused("kit_exists", "kits", "add", "prevent", "Another", "--item", "film-4=Four")
    assert [kit["id"] for kit in shell.json("kits", "list")["items"]] == ["prevent"]
    assert len(shell.json("kits", "list")["items"][0]["items"]) == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["Prevent", "Name", "--item", "a=A"],
        ["-prevent", "Name", "--item", "a=A"],
        ["p" * 65, "Name", "--item", "a=A"],
        ["prevent", "Name", "--item", "film 1=A"],
        ["prevent", "Name", "--item", "film-1"],
        ["prevent", "Name", "--item", "film-1= "],
        ["prevent", "Name", "--item", "a=A", "--item", "a=B"],
        ["prevent", "Name"],
    ],
)
def test_a_kit_wants_slugs_and_titles(shell: Shell, arguments: list[str]) -> None:
    shell.misused("kits", "add", *arguments)
