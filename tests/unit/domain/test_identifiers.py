"""Slugs and one-line texts: what the team may call things."""

import pytest

from licence_server.domain.errors import Invalid
from licence_server.domain.identifiers import is_slug, require_slug
from licence_server.domain.organisation import details_of, email_of
from licence_server.domain.text import one_line


@pytest.mark.parametrize("text", ["a", "0", "film-1", "a.b_c-d", "x" * 64])
def test_a_slug(text: str) -> None:
    assert require_slug(text, "the id") == text


@pytest.mark.parametrize("text", ["", "A", "-a", ".a", "_a", "a b", "a/b", "é", "x" * 65, "a\n"])
def test_no_slug(text: str) -> None:
    assert not is_slug(text)
    with pytest.raises(Invalid, match="the id must be 1 to 64"):
        require_slug(text, "the id")


def test_white_space_around_a_text_does_not_count() -> None:
    assert one_line("\N{NO-BREAK SPACE} A  B\t", "name", 4) == "A  B"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (" ", "is empty"),
        ("abcde", "is longer than 4 characters"),
        ("a\nb", "holds a control character"),
        ("a\x00b", "holds a control character"),
        ("a\x9bb", "holds a control character"),
        ("a\u2028b", "holds a control character"),
        ("a\ud800", "holds a control character"),
        ("a\ufffe", "holds a control character"),
        ("a\uffff", "holds a control character"),
    ],
)
def test_what_is_wrong_with_a_text_is_named(text: str, fault: str) -> None:
    with pytest.raises(Invalid, match=f"The name {fault}"):
        one_line(text, "name", 4)


@pytest.mark.parametrize("address", ["a@b.example", "o'neil+kit@sub.domain.example", "jörg@müller.example"])
def test_an_address(address: str) -> None:
    assert email_of(f" {address} ") == address


@pytest.mark.parametrize(
    "address", ["a", "a@b", "@b.example", "a@b@c.example", "a b@c.example", "a@b.example, c@d.example"]
)
def test_no_address(address: str) -> None:
    with pytest.raises(Invalid):
        email_of(address)


def test_every_wrong_detail_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        details_of({"name": "", "contact_email": "x", "sector": "s" * 101, "reference": "r"})
    assert refused.value.errors == {
        "name": "is missing",
        "contact_email": "is not an e-mail address",
        "sector": "is longer than 100 characters",
    }
