"""Signs what a server signs, and what an attacker would: root keys, signing keys, any header, any claims.

Shares no code with either package. The compact form is put together here, so that forms which a careful
library would refuse to write can be written.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

# RFC 6979: the same key and text give the same signature, so that vectors can be made again and compared.
_ECDSA = ec.ECDSA(SHA256(), deterministic_signing=True)
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(header: dict[str, Any], payload: bytes, signature: bytes | None = None) -> str:
    parts = [b64(json.dumps(header).encode()), b64(payload)]
    return ".".join([*parts, b64(signature or b"")])


@dataclass(frozen=True)
class SigningKey:
    """A P-256 key made from a seed, so that the same seed names the same key for ever."""

    private: ec.EllipticCurvePrivateKey

    @classmethod
    def from_seed(cls, seed: str) -> "SigningKey":
        scalar = int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big") % (_ORDER - 1) + 1
        return cls(ec.derive_private_key(scalar, ec.SECP256R1()))

    @property
    def jwk(self) -> dict[str, Any]:
        numbers = self.private.public_key().public_numbers()
        point = {
            "crv": "P-256",
            "kty": "EC",
            "x": b64(numbers.x.to_bytes(32, "big")),
            "y": b64(numbers.y.to_bytes(32, "big")),
        }
        # RFC 7638: members in lexical order, no white space.
        thumbprint = hashlib.sha256(json.dumps(point, separators=(",", ":"), sort_keys=True).encode()).digest()
        return point | {"kid": b64(thumbprint), "alg": "ES256", "use": "sig"}

    @property
    def kid(self) -> str:
        return self.jwk["kid"]

    def sign(self, typ: str, claims: dict[str, Any], /, **header: Any) -> str:
        return self.sign_bytes(typ, json.dumps(claims).encode(), **header)

    def sign_bytes(self, typ: str, payload: bytes, /, **header: Any) -> str:
        return self.sign_raw(json.dumps({"alg": "ES256", "typ": typ, "kid": self.kid} | header).encode(), payload)

    def sign_raw(self, header: bytes, payload: bytes) -> str:
        unsigned = f"{b64(header)}.{b64(payload)}"
        r, s = decode_dss_signature(self.private.sign(unsigned.encode(), _ECDSA))
        return f"{unsigned}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def sign_hs256(secret: bytes, header: dict[str, Any], payload: bytes) -> str:
    unsigned = compact({"alg": "HS256"} | header, payload)[:-1]
    return f"{unsigned}.{b64(hmac.digest(secret, unsigned.encode(), 'sha256'))}"
