"""Identifiers the client makes: UUID version 7 (RFC 9562, section 5.7) and opaque learners."""

from base64 import urlsafe_b64encode
from collections.abc import Callable

RandomBytes = Callable[[int], bytes]


def uuid7(now: float, random_bytes: RandomBytes) -> str:
    """A time-ordered UUID. now: seconds since 1970."""
    milliseconds = max(0, int(now * 1000)) & ((1 << 48) - 1)
    tail = int.from_bytes(random_bytes(10), "big")
    value = milliseconds << 80 | tail
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    digits = f"{value:032x}"
    return "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]])


def learner(random_bytes: RandomBytes) -> str:
    """A random opaque id, 22 symbols: it says that two individual sessions had one learner, nothing else."""
    return urlsafe_b64encode(random_bytes(16)).rstrip(b"=").decode()
