"""Films and documents as people type them."""

import pytest

from licence_server.domain.errors import Invalid
from licence_server.domain.kit_items import items_of


def test_lines_become_items_in_order() -> None:
    assert items_of("film-2 = Two\r\n\r\n  film-1=One = 1  ") == {"film-2": "Two", "film-1": "One = 1"}
    assert items_of(" \n") == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("film-1", "Line 1 needs"),
        ("\nfilm-1 =", "Line 2 needs"),
        ("Film 1 = One", "only a-z"),
        ("a = One\na = Two", "Line 2 repeats the short name a"),
        ("a = " + "x" * 201, "more than 200 characters"),
    ],
)
def test_the_first_wrong_line_is_named(text: str, fault: str) -> None:
    with pytest.raises(Invalid) as refused:
        items_of(text)
    assert fault in refused.value.errors["items"]
