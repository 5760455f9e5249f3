"""The place a guess comes from."""

import pytest

from licence_server.domain.network import network_of


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:0:1:ffff::1", "2001:db8:0:1::/64"),
        ("2001:db8:0:1::", "2001:db8:0:1::/64"),
        ("a socket", "a socket"),
        ("", None),
        (None, None),
    ],
)
def test_an_address_tells_its_place(address: str | None, place: str | None) -> None:
    assert network_of(address) == place
