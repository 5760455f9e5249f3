"""Private keys, in files and at work: the only place of the server that signs with PyJWT.

* ES256 (RFC 7518) throughout: every browser a kit meets verifies it natively.
* A key's `kid` is the RFC 7638 thumbprint of its public JWK.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from licence_server.domain.errors import ConfigError, Refused

_END = b"-----END PRIVATE KEY-----\n"

Jwk = dict[str, str]


@dataclass(frozen=True)
class PrivateKey:
    """One private key with its public JWK."""

    key: EllipticCurvePrivateKey
    jwk: Jwk

    @property
    def kid(self) -> str:
        return self.jwk["kid"]

    @classmethod
    def of(cls, key: EllipticCurvePrivateKey) -> "PrivateKey":
        return cls(key, _jwk(key.public_key()))

    @classmethod
    def generate(cls) -> "PrivateKey":
        return cls.of(generate_private_key(SECP256R1()))

    def pem(self, passphrase: str | None = None) -> bytes:
        """PKCS #8, encrypted where a passphrase is given."""
        encryption: KeySerializationEncryption = NoEncryption()
        if passphrase is not None:
            encryption = BestAvailableEncryption(passphrase.encode())
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)

    def sign(self, typ: str, claims: Mapping[str, Any]) -> str:
        """A compact JWS of one of our types."""
        return jwt.encode(dict(claims), self.key, algorithm="ES256", headers={"typ": typ, "kid": self.kid})


def read_signing_keys(path: Path) -> list[PrivateKey]:
    """Every key of a signing key file. Raises ConfigError."""
    try:
        blocks = path.read_bytes().split(_END)
        return [_load(block + _END, None) for block in blocks if block.strip()]
    except (OSError, ValueError) as error:
        raise ConfigError(f"The signing key file {path} cannot be read ({error.__class__.__name__}).") from None


def read_root_key(path: Path, passphrase: str) -> PrivateKey:
    """The root's private half. Raises Refused where file or passphrase are wrong."""
    try:
        content = path.read_bytes()
    except OSError:
        raise Refused("root_key_missing", f"The root key cannot be read from {path}.") from None
    return open_root_key(content, passphrase)


def open_root_key(content: bytes, passphrase: str) -> PrivateKey:
    """The same, from the content of such a file."""
    try:
        return _load(content, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Refused("root_key_locked", "The passphrase does not open the root key, or it is no such key.") from None


def _load(pem: bytes, passphrase: str | None) -> PrivateKey:
    key = load_pem_private_key(pem, passphrase.encode() if passphrase is not None else None)
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError("not a P-256 key")
    return PrivateKey.of(key)


def _jwk(public: EllipticCurvePublicKey) -> Jwk:
    numbers = public.public_numbers()
    required = {"crv": "P-256", "kty": "EC", "x": _coordinate(numbers.x), "y": _coordinate(numbers.y)}
    canonical = json.dumps(required, sort_keys=True, separators=(",", ":")).encode()
    thumbprint = _base64url(sha256(canonical).digest())
    return cast(Jwk, {**required, "kid": thumbprint, "alg": "ES256", "use": "sig"})


def _coordinate(value: int) -> str:
    return _base64url(value.to_bytes(32, "big"))


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
