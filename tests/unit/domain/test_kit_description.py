"""The rules of kit.toml."""

import pytest

from licence_server.domain.errors import Invalid
from licence_server.domain.kit_description import DEFAULT_CONTACT, ItemKind, parse

FILM = '[[items]]\nid = "film-1"\ntitle = "One"\nkind = "film"\nfile = "films/one.webm"\n'
KIT = 'id = "kit"\nname = "Kit"\nversion = "1.0"\n'


def test_a_description_is_read() -> None:
    kit = parse(f'{KIT}contact = "us"\nalso = ["a.png"]\n{FILM}captions = "one.vtt"\nduration = 8\n')

    assert (kit.id, kit.version, kit.contact, kit.also) == ("kit", "1.0", "us", ("a.png",))
    assert kit.items[0].kind is ItemKind.FILM
    assert (kit.items[0].captions, kit.items[0].duration) == ("one.vtt", 8.0)


def test_whom_to_ask_has_a_default() -> None:
    assert parse(KIT + FILM).contact == DEFAULT_CONTACT


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (FILM, "id"),
        (KIT.replace("1.0", "one two") + FILM, "version"),
        (KIT, "items"),
        (KIT + FILM + FILM, "items.film-1"),
        (KIT + FILM + 'captoins = "one.vtt"\n', "items[1].captoins"),
        (KIT + FILM.replace("film-1", "Film 1"), "items[1].id"),
        (KIT + FILM.replace('"film"', '"song"'), "items[1].kind"),
        (KIT + FILM.replace('"film"', '"document"') + "duration = 3\n", "items[1].duration"),
        (KIT + FILM + "duration = 0\n", "items[1].duration"),
        (KIT + FILM + 'sha256 = "abc"\n', "items[1].sha256"),
        (KIT + "also = [1]\n" + FILM, "also"),
        (KIT + FILM.replace('"One"', '"One\\u0007"'), "items[1].title"),
        (KIT + "items = [1]\n", "items[1]"),
    ],
)
def test_a_wrong_field_is_named(text: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(text)
    assert field in refused.value.errors
    assert field in refused.value.detail


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        parse(KIT.replace("kit", "K I T") + FILM.replace("title", "titel"))
    assert set(refused.value.errors) == {"id", "items[1].titel", "items[1].title"}


def test_what_is_not_toml_is_refused_with_its_line() -> None:
    with pytest.raises(Invalid, match="line 1"):
        parse("id = \n")


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "a = " + "9" * 5000])
def test_what_no_parser_can_hold_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match=r"kit\.toml is not TOML"):
        parse(text)
