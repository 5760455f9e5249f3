"""Names for what the audit log calls `KIND:ID`, and the other way round."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from licence_server.models import ActivationToken, ApiKey, Kit, Licence, Organisation, Person
from licence_server.services import audit
from licence_server.services.runtime import Runtime
from licence_server.services.text_search import contains

_MOST = 500

_FIXED = {
    "deployment": "this server",
    "usage": "usage figures",
    "report": "the report",
    "retention": "retention",
    "audit_log": "the audit log",
    "feedback": "feedback",
}


@dataclass(frozen=True)
class Named:
    """Somebody or something in words. kind, id: as the log has them, for a link to its page."""

    text: str
    kind: str
    id: str


def read(session: Session, names: Iterable[str]) -> Mapping[str, Named]:
    """Each of `KIND:ID` in words; what is not known any more stays as it is written."""
    parted = {name: name.partition(":") for name in names}
    texts: dict[str, dict[Any, str]] = {}
    for kind, look_up in _LOOK_UPS.items():
        wanted = [_key(kind, identifier) for of, _, identifier in parted.values() if of == kind]
        keys = [key for key in wanted if key is not None]
        texts[kind] = dict(map(tuple, session.execute(look_up(keys)).all())) if keys else {}
    return {
        name: Named(_text(kind, identifier, texts), kind, identifier) for name, (kind, _, identifier) in parted.items()
    }


def find(runtime: Runtime, session: Session, about: str) -> list[str]:
    """The subjects somebody may mean: `KIND:ID`, an id, or part of the name of a business, a kit, a person, a key.

    With a business come its licences and their tokens.
    """
    kind, colon, _ = about.partition(":")
    if colon and kind in (*_LOOK_UPS, *_FIXED, *audit.REMOVABLE):
        return [about, audit.kept_name(runtime, about)]
    try:
        identifier = UUID(about)
    except ValueError:
        return [*(name for name, words in _FIXED.items() if about.casefold() in words), *_named_like(session, about)]
    plain = [f"{kind}:{identifier}" for kind in _LOOK_UPS]
    return [*plain, *(audit.kept_name(runtime, f"{kind}:{identifier}") for kind in audit.REMOVABLE)]


def _named_like(session: Session, about: str) -> list[str]:
    organisations = (
        select(Organisation.id).where(contains(about, Organisation.name, Organisation.reference)).limit(_MOST)
    )
    licences = select(Licence.id).where(Licence.organisation_id.in_(organisations)).limit(_MOST)
    queries: dict[str, Any] = {
        "organisation": organisations,
        "licence": licences,
        "activation_token": select(ActivationToken.id).where(ActivationToken.licence_id.in_(licences)).limit(_MOST),
        "kit": select(Kit.id).where(contains(about, Kit.id, Kit.name)).limit(_MOST),
        "person": select(Person.id).where(contains(about, Person.email)).limit(_MOST),
        "api_key": select(ApiKey.id).where(contains(about, ApiKey.name)).limit(_MOST),
    }
    return [f"{kind}:{identifier}" for kind, query in queries.items() for identifier in session.scalars(query)]


def _key(kind: str, identifier: str) -> Any:
    if kind == "kit":
        return identifier
    try:
        return UUID(identifier)
    except ValueError:
        return None


def _text(kind: str, identifier: str, texts: Mapping[str, Mapping[Any, str]]) -> str:
    if not identifier:
        return _FIXED.get(kind, kind)
    if kind in audit.REMOVABLE:
        # The end of the hash tells two of them apart, and no more.
        return f"{'an installation' if kind == 'installation' else 'a report'} (…{identifier[-6:]})"
    if kind == "cli":
        return f"{identifier}, at the command line"
    known = texts.get(kind, {}).get(_key(kind, identifier))
    if known is None:
        return f"{kind}:{identifier}"
    return _WORDS.get(kind, "{}").format(known)


def _licences(keys: list[Any]) -> Any:
    return select(Licence.id, Organisation.name).join(Organisation).where(Licence.id.in_(keys))


def _tokens(keys: list[Any]) -> Any:
    query = select(ActivationToken.id, Organisation.name).join(Licence, Licence.id == ActivationToken.licence_id)
    return query.join(Organisation, Organisation.id == Licence.organisation_id).where(ActivationToken.id.in_(keys))


_LOOK_UPS: dict[str, Callable[[list[Any]], Any]] = {
    "organisation": lambda keys: select(Organisation.id, Organisation.name).where(Organisation.id.in_(keys)),
    "licence": _licences,
    "activation_token": _tokens,
    "kit": lambda keys: select(Kit.id, Kit.name).where(Kit.id.in_(keys)),
    "person": lambda keys: select(Person.id, Person.email).where(Person.id.in_(keys)),
    "api_key": lambda keys: select(ApiKey.id, ApiKey.name).where(ApiKey.id.in_(keys)),
}

_WORDS = {
    "licence": "a licence of {}",
    "activation_token": "an activation token of {}",
    "kit": "the kit {}",
    "api_key": "the API key {}",
}
