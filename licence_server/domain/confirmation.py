"""The eight symbols that confirm a carried message.

* base32 of HMAC-SHA256(message_key, "ack:" + jti), its first eight symbols, in Crockford's alphabet: the one
  that activation tokens are typed in, without I, L, O and U.
* A phone shows them, somebody types them into the kit: they prove that the server has that very message, for
  nobody else knows the key.
"""

import hmac

from licence_server.domain.activation_token import ALPHABET

LENGTH = 8
_BITS = 5


def symbols(message_key: bytes, jti: str) -> str:
    """The symbols that confirm the message with this id."""
    digest = hmac.digest(message_key, f"ack:{jti}".encode(), "sha256")
    first = int.from_bytes(digest[: LENGTH * _BITS // 8], "big")
    return "".join(ALPHABET[first >> _BITS * place & 31] for place in reversed(range(LENGTH)))
