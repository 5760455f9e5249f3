"""Who may do what: API keys and their scopes.

Authorisation is decided before anything else of the request is looked at.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from flask import g

from licence_server.api.context import bearer_token, runtime
from licence_server.domain.errors import Refused
from licence_server.domain.scopes import Scope
from licence_server.services import api_keys

NEEDED = "needed_scope"


@dataclass(frozen=True)
class Caller:
    """The program that asks, by its API key."""

    api_key_id: UUID

    @property
    def actor(self) -> str:
        """How the audit log names it."""
        return f"api_key:{self.api_key_id}"


def guarded(scope: Scope, view: Callable[..., Any]) -> Callable[..., Any]:
    """A view that only API keys with a scope reach."""

    @wraps(view)
    def guard(*args: Any, **kwargs: Any) -> Any:
        key = api_keys.authenticate(runtime(), bearer_token())
        if not api_keys.allows(key, scope):
            raise Refused("scope_too_small", f"This needs the scope {scope}; your key has: {key.scopes}.")
        g.caller = Caller(key.id)
        return view(*args, **kwargs)

    setattr(guard, NEEDED, scope)
    return guard


def caller() -> Caller:
    """Who asks, within a guarded view."""
    found: Caller = g.caller
    return found
