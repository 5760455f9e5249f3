"""Which keys may sign leases: from the root a kit was built with to the newest keyset.

* A keyset counts only if the current root signed it (`kit-keyset+jwt`, aud `kit-keyset`).
* Its version is never lower than the last one accepted.
* Its `exp` is checked when it is offered and never again: a kit offline for years keeps its keys.
* Changes of root come oldest first, each signed by its predecessor (`kit-root+jwt`, aud `kit-root`). Those
  the current root signed are followed, with rising versions; the others are left: they are older than the
  kit, or a stranger's. A change once followed is kept, so a former root's word no longer counts.
* A key of another kind in a keyset is left out; two keys under one `kid` refuse the keyset.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from client_sdk import claim, jws
from client_sdk.errors import KeysetExpired, KeysetOutdated, NotTrusted

KEYSET = "kit-keyset+jwt"
ROOT = "kit-root+jwt"


class Trust(NamedTuple):
    """What a client trusts now. roots: the changes followed so far; keys: by kid, of the keyset accepted."""

    root: EllipticCurvePublicKey
    issuer: str
    root_version: int = 0
    roots: tuple[str, ...] = ()
    keyset: str | None = None
    version: int = 0
    keys: Mapping[str, EllipticCurvePublicKey] = MappingProxyType({})


def anchor(root: Any, issuer: str) -> Trust:
    """Trust in the root a kit was built with, a JWK. Raises NotTrusted."""
    return Trust(jws.public_key(root), issuer)


def follow(trust: Trust, roots: Iterable[Any]) -> Trust:
    """Trust after every change of root that the current root signed."""
    for text in roots:
        try:
            trust = _change(trust, text)
        except NotTrusted:
            continue
    return trust


def restore(trust: Trust, roots: Iterable[Any], keyset: str | None) -> Trust:
    """Trust as it was accepted earlier: its `exp` no longer matters. Raises NotTrusted."""
    trust = follow(trust, roots)
    return trust if keyset is None else _read(trust, keyset)[0]


def accept(trust: Trust, roots: Iterable[Any], keyset: Any, now: float) -> Trust:
    """Trust after an offered keyset. Raises KeysetOutdated, KeysetExpired, NotTrusted."""
    offered, exp = _read(follow(trust, roots), keyset)
    if offered.version < trust.version:
        raise KeysetOutdated(f"keyset {offered.version} is older than {trust.version}")
    if exp <= now:
        raise KeysetExpired("the keyset has expired")
    return offered


def _change(trust: Trust, text: Any) -> Trust:
    said = jws.claims(jws.parse(text, typ=ROOT), trust.root)
    claim.fixed(said, "iss", trust.issuer)
    claim.fixed(said, "aud", "kit-root")
    claim.text(said, "jti")
    claim.moment(said, "iat")
    version = claim.whole(said, "version")
    if version <= trust.root_version:
        raise NotTrusted("the change of root is an old one")
    root = jws.public_key(claim.members(said, "root"))
    return trust._replace(root=root, root_version=version, roots=(*trust.roots, text))


def _read(trust: Trust, text: Any) -> tuple[Trust, int]:
    said = jws.claims(jws.parse(text, typ=KEYSET), trust.root)
    claim.fixed(said, "iss", trust.issuer)
    claim.fixed(said, "aud", "kit-keyset")
    claim.text(said, "jti")
    claim.moment(said, "iat")
    version = claim.whole(said, "version")
    if version < 1:
        raise NotTrusted("version is not a positive number")
    exp = claim.moment(said, "exp")
    return trust._replace(keyset=text, version=version, keys=_keys(said)), exp


def _keys(said: dict[str, Any]) -> dict[str, EllipticCurvePublicKey]:
    offered = said.get("keys")
    if not isinstance(offered, list):
        raise NotTrusted("keys is missing or not a list")
    keys: dict[str, EllipticCurvePublicKey] = {}
    for jwk in offered:
        if not isinstance(jwk, dict):
            raise NotTrusted("a key is not an object")
        kid = claim.text(jwk, "kid")
        if kid in keys:
            raise NotTrusted("two keys share one kid")
        try:
            keys[kid] = jws.public_key(jwk)
        except NotTrusted:
            continue
    if not keys:
        raise NotTrusted("the keyset holds no usable key")
    return keys
