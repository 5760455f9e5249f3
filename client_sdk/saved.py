"""What an installation remembers between two runs, as one JSON document.

* `newest_iat` and `said_at` keep the newest word of the server, so that no older one is taken.
* `offset` is server time minus local time as last learnt, None before the first answer.
* `syncs` counts the answers taken, so that a mark of the highest time knows which of them it followed.
* `highest` is the latest time reckoned; `retry_after` and `next_attempt` are moments before which no
  request, or no automatic one, is made. All in seconds since 1970.
* `former` are installations this one was before it moved to another organisation: their reports are theirs.
* A document with a member missing, unknown or of another type is damaged.
"""

import json
from typing import Any, NamedTuple

from client_sdk.errors import Damaged
from client_sdk.verdict import Verdict

FORMAT = 1


class Former(NamedTuple):
    """An earlier installation here, with the token and the key that still speak for it.

    message_key: None if it was left by an SDK that kept the token alone; it reports by network then.
    """

    installation_id: str
    installation_token: str
    message_key: str | None = None
    message_kid: str | None = None


class Saved(NamedTuple):
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
    syncs: int = 0
    failures: int = 0
    next_attempt: float = 0.0
    retry_after: float = 0.0
    usage_reporting: str | None = None
    learner: str | None = None
    former: tuple[Former, ...] = ()


_TEXT: tuple[type, ...] = (str, type(None))
_NUMBER: tuple[type, ...] = (int, float)
_TYPES: dict[str, tuple[type, ...]] = {
    "installation_id": (str,),
    "installation_token": _TEXT,
    "message_key": _TEXT,
    "message_kid": _TEXT,
    "lease": _TEXT,
    "keyset": _TEXT,
    "roots": (list,),
    "newest_iat": (int,),
    "said": (dict, type(None)),
    "said_at": _NUMBER,
    "forgotten": (bool,),
    "offset": (*_NUMBER, type(None)),
    "highest": _NUMBER,
    "last_sync_at": (*_NUMBER, type(None)),
    "syncs": (int,),
    "failures": (int,),
    "next_attempt": _NUMBER,
    "retry_after": _NUMBER,
    "usage_reporting": _TEXT,
    "learner": _TEXT,
    "former": (list,),
}


def to_json(saved: Saved) -> bytes:
    """The document."""
    document: dict[str, Any] = {"format": FORMAT} | saved._asdict()
    if saved.said is not None:
        document["said"] = {"valid": saved.said.valid, "code": saved.said.code, "detail": saved.said.detail}
    document["former"] = [former._asdict() for former in saved.former]
    return json.dumps(document, indent=1).encode()


def from_json(data: bytes) -> Saved:
    """The state a document holds. Raises Damaged."""
    try:
        document = json.loads(data)
        if not isinstance(document, dict) or document.pop("format", None) != FORMAT:
            raise Damaged("not a state document of this format")
        if document.keys() != _TYPES.keys() or not all(_fits(document[name], _TYPES[name]) for name in _TYPES):
            raise Damaged("a member is missing, unknown or of another type")
        if document["said"] is not None:
            document["said"] = _verdict(document["said"])
        document["former"] = tuple(Former(**one) for one in document["former"])
        document["roots"] = tuple(document["roots"])
        return Saved(**document)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Damaged("not a state document") from error


def _fits(value: Any, allowed: tuple[type, ...]) -> bool:
    # true is an int to Python, but no number here.
    return isinstance(value, allowed) and (bool in allowed or not isinstance(value, bool))


def _verdict(members: dict[str, Any]) -> Verdict:
    return Verdict(bool(members["valid"]), str(members["code"]), str(members["detail"]))
