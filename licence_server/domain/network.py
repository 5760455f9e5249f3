"""Where a request comes from, as far as guesses are counted by it.

* Whoever has one address of IPv6 has the 64 bits behind it too, so those count as one place.
* An address of IPv4 that is written as one of IPv6 is the one of IPv4.
"""

from ipaddress import IPv6Address, ip_address, ip_network


def network_of(address: str | None) -> str | None:
    """The place of an address; None where the address is not known."""
    if not address:
        return None
    try:
        read = ip_address(address)
    except ValueError:
        return address
    if not isinstance(read, IPv6Address):
        return str(read)
    return str(read.ipv4_mapped or ip_network((int(read), 64), strict=False))
