"""The team's pages: server-rendered, for signed-in members; see docs/console.md."""

from licence_server.console import (
    account,
    assets,
    front,
    installations,
    licence,
    licence_acts,
    licence_grants,
    members,
    organisation,
    organisations,
    overview,
    sign_in,
    tokens,
)
from licence_server.console.blueprint import blueprint
from licence_server.console.setup import register

__all__ = [
    "account",
    "assets",
    "blueprint",
    "front",
    "installations",
    "licence",
    "licence_acts",
    "licence_grants",
    "members",
    "organisation",
    "organisations",
    "overview",
    "register",
    "sign_in",
    "tokens",
]
