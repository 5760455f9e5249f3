"""Which responses are our server's answer, and what they say.

* A refusal is a problem document (RFC 9457): its media type, a JSON object with a `code`. An error page of
  a portal or a proxy is none.
* A 200 (201 for an activation) is ours if it is a JSON object with every member of the contract, of its
  type; if each result names a report that was sent, once; if a valid verdict comes with a lease. Whether
  keyset and lease verify is for the caller to judge.
* Everything else is no answer.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from client_sdk import retry
from client_sdk.errors import NoAnswer
from client_sdk.transport import Response
from client_sdk.verdict import Verdict

STATUSES = ("accepted", "duplicate", "rejected")


@dataclass(frozen=True)
class Problem:
    """A refusal in the server's own words."""

    status: int
    code: str
    detail: str


@dataclass(frozen=True)
class Result:
    """What became of one report."""

    id: str
    status: str
    code: str
    detail: str


@dataclass(frozen=True)
class Word:
    """What activation and sync answers have in common. server_time: seconds since 1970."""

    verdict: Verdict
    lease: str | None
    keyset: str
    roots: tuple[str, ...]
    server_time: float


@dataclass(frozen=True)
class Activated:
    """The answer to an activation."""

    word: Word
    installation_token: str
    message_key: str
    message_kid: str


def problem(response: Response) -> Problem | None:
    """The problem document in a response, or None."""
    if response.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/problem+json":
        return None
    try:
        document = json.loads(response.body)
        code, detail = document["code"], document.get("detail", "")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if not isinstance(code, str) or not code or document.get("status", response.status) != response.status:
        return None
    return Problem(response.status, code, detail if isinstance(detail, str) else "")


def no_answer(response: Response, now: float) -> NoAnswer:
    """The error for a response that is not ours, with the wait it asks for."""
    wait = None
    if response.status in (429, 503):
        wait = retry.asked_wait(response.headers.get("retry-after"), response.headers.get("date"), now)
    return NoAnswer(f"status {response.status} is no answer of ours", wait)


def activated(response: Response, installation_id: str) -> Activated:
    """The answer to an activation. Raises NoAnswer."""
    document = _document(response)
    if _text(document, "installation_id").lower() != installation_id:
        raise NoAnswer("the answer is for another installation")
    word = _word(document)
    if not word.verdict.valid:
        raise NoAnswer("an activation without a valid verdict")
    return Activated(
        word,
        _text(document, "installation_token"),
        _text(document, "message_key"),
        _text(document, "message_kid"),
    )


def synced(response: Response, sent: Collection[str]) -> tuple[Word, list[Result]]:
    """The answer to a sync of the reports with these ids. Raises NoAnswer."""
    document = _document(response)
    word = _word(document)
    results = document.get("results")
    if not isinstance(results, list):
        raise NoAnswer("results is missing or not a list")
    found = [_result(one) for one in results]
    named = [one.id for one in found]
    if len(set(named)) != len(named) or not set(named) <= set(sent):
        raise NoAnswer("the results are not those of the reports sent")
    return word, found


def _document(response: Response) -> dict[str, Any]:
    try:
        document = json.loads(response.body)
    except (ValueError, RecursionError) as error:
        raise NoAnswer("not JSON") from error
    if not isinstance(document, dict):
        raise NoAnswer("not a JSON object")
    return document


def _word(document: dict[str, Any]) -> Word:
    said, lease, roots = document.get("verdict"), document.get("lease"), document.get("roots")
    if not isinstance(said, dict) or not isinstance(said.get("valid"), bool):
        raise NoAnswer("verdict is missing or malformed")
    verdict = Verdict(said["valid"], _text(said, "code"), str(said.get("detail", "")))
    if verdict.valid != (verdict.code == "active"):
        raise NoAnswer("verdict contradicts itself")
    if not (isinstance(lease, str) if verdict.valid else lease is None or isinstance(lease, str)):
        raise NoAnswer("lease is missing or not text")
    if not isinstance(roots, list) or not all(isinstance(one, str) for one in roots):
        raise NoAnswer("roots is missing or not a list of texts")
    server_time = _moment(_text(document, "server_time"))
    return Word(verdict, lease if verdict.valid else None, _text(document, "keyset"), tuple(roots), server_time)


def _result(value: Any) -> Result:
    if not isinstance(value, dict) or value.get("status") not in STATUSES:
        raise NoAnswer("a result is malformed")
    return Result(_text(value, "id"), value["status"], str(value.get("code", "")), str(value.get("detail", "")))


def _moment(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise NoAnswer("server_time has no offset")
        return moment.timestamp()
    except (ValueError, OverflowError) as error:
        raise NoAnswer("server_time is not a time") from error


def _text(document: dict[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise NoAnswer(f"{name} is missing or not text")
    return value
