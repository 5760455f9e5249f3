"""What an installation remembers between two runs, as one JSON document.

* `newest_iat` and `said_at` keep the newest word of the server, so that no older one is taken.
* `offset` is server time minus local time as last learnt, None before the first answer.
* `highest` is the latest time reckoned; `retry_after` and `next_attempt` are moments before which no
  request, or no automatic one, is made. All in seconds since 1970.
* `former` are installations this one was before it moved to another organisation: their reports are theirs.
* A document with a member missing, unknown or of another type is damaged.
"""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from client_sdk.errors import Damaged
from client_sdk.verdict import Verdict

FORMAT = 1

_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
    "None": (type(None),),
    "tuple[str, ...]": (list,),
    "tuple[Former, ...]": (list,),
    "Verdict": (dict,),
}


@dataclass(frozen=True, slots=True)
class Former:
    """An earlier installation here, and the token that still speaks for it."""

    installation_id: str
    installation_token: str


@dataclass(frozen=True, slots=True)
class Saved:
    """The state; see the module's rules."""

    installation_id: str
    installation_token: str | None = None
    message_key: str | None = None
    message_kid: str | None = None
    lease: str | None = None
    keyset: str | None = None
    roots: tuple[str, ...] = ()
    newest_iat: int = 0
    said: Verdict | None = None
    said_at: float = 0.0
    forgotten: bool = False
    offset: float | None = None
    highest: float = 0.0
    last_sync_at: float | None = None
    failures: int = 0
    next_attempt: float = 0.0
    retry_after: float = 0.0
    usage_reporting: str | None = None
    learner: str | None = None
    former: tuple[Former, ...] = ()


def to_json(saved: Saved) -> bytes:
    """The document."""
    return json.dumps({"format": FORMAT} | asdict(saved), indent=1).encode()


def from_json(data: bytes) -> Saved:
    """The state a document holds. Raises Damaged."""
    try:
        document = json.loads(data)
        if not isinstance(document, dict) or document.pop("format", None) != FORMAT:
            raise Damaged("not a state document of this format")
        kinds = {field.name: str(field.type) for field in fields(Saved)}
        if document.keys() != kinds.keys() or not all(_fits(document[name], kinds[name]) for name in kinds):
            raise Damaged("a member is missing, unknown or of another type")
        if document["said"] is not None:
            document["said"] = _verdict(document["said"])
        document["former"] = tuple(Former(**one) for one in document["former"])
        document["roots"] = tuple(document["roots"])
        return Saved(**document)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Damaged("not a state document") from error


def _fits(value: Any, kind: str) -> bool:
    allowed = tuple(one for part in kind.split(" | ") for one in _TYPES[part])
    return isinstance(value, allowed) and (bool in allowed or not isinstance(value, bool))


def _verdict(members: dict[str, Any]) -> Verdict:
    return Verdict(bool(members["valid"]), str(members["code"]), str(members["detail"]))
