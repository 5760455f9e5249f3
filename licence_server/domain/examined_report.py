"""A report looked at by itself: what it says it is, however wrong it may be."""

from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from licence_server.domain import usage_report
from licence_server.domain.usage_report import MAX_SEQ, InvalidReport, Report


class Examined(Struct, frozen=True):
    """One value of a batch, looked at by itself.

    sent_id: its id as sent, if it is a string. id, seq: what it says it has, however wrong it is. report,
    content_hash: there where it is of the shape, else `fault` is.
    """

    raw: Any
    sent_id: str | None
    id: UUID | None
    seq: int | None
    report: Report | None = None
    content_hash: bytes = b""
    fault: InvalidReport | None = None

    @property
    def identity(self) -> bytes:
        """See `identity`; reckoned when it is asked for, which is seldom."""
        return identity(self.raw) if self.id is None else _identity_of(self.id)


def examine_all(values: list[Any]) -> list[Examined]:
    """Look at the values of a batch. Nearly always all are well, which is quickly seen of all at once."""
    try:
        reports = msgspec.convert(values, list[Report])
        hashes = [usage_report.content_hash(report, raw) for report, raw in zip(reports, values, strict=True)]
    except (msgspec.ValidationError, UnicodeEncodeError, InvalidReport):
        return [examine(raw) for raw in values]
    return [
        Examined(raw, raw["id"], report.id, report.seq, report, content_hash)
        for raw, report, content_hash in zip(values, reports, hashes, strict=True)
    ]


def examine(raw: Any) -> Examined:
    """Look at one value of a batch. Raises nothing: what is wrong with it is its `fault`."""
    value = _member(raw, "id")
    sent_id = value if isinstance(value, str) else None
    try:
        report, content_hash = usage_report.read(raw)
    except InvalidReport as fault:
        return Examined(raw, sent_id, claimed_id(raw), claimed_seq(raw), fault=fault)
    return Examined(raw, sent_id, report.id, report.seq, report, content_hash)


def identity(raw: Any) -> bytes:
    """The 32-byte key under which a rejected report is kept once: its id, else its whole content."""
    value = _member(raw, "id")
    try:
        return _identity_of(UUID(value)) if isinstance(value, str) else sha256(_bytes(raw)).digest()
    except ValueError:
        return sha256(_bytes(value)).digest()
    except RecursionError:
        return sha256(b"nested too deeply").digest()


def claimed_id(raw: Any) -> UUID | None:
    """The id that a report, however wrong, says it has."""
    value = _member(raw, "id")
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def claimed_seq(raw: Any) -> int | None:
    """The number that a report, however wrong, says it has."""
    value = _member(raw, "seq")
    if type(value) is float and value.is_integer():
        value = int(value)
    return value if type(value) is int and 1 <= value <= MAX_SEQ else None


def _member(raw: Any, name: str) -> Any:
    return raw.get(name) if isinstance(raw, dict) else None


def _identity_of(report_id: UUID) -> bytes:
    return sha256(report_id.bytes).digest()


def _bytes(value: Any) -> bytes:
    return repr(value).encode("utf-8", "surrogatepass")
