"""The team's pages: server-rendered, for signed-in members; see docs/console.md."""

from licence_server.console import (
    account,
    api_keys,
    assets,
    audit_chain,
    audit_log,
    feedback,
    front,
    installations,
    licence,
    licence_acts,
    licence_grants,
    members,
    organisation,
    organisations,
    overview,
    settings,
    sign_in,
    signing_keys,
    tokens,
)
from licence_server.console.blueprint import blueprint
from licence_server.console.setup import register

__all__ = [
    "account",
    "api_keys",
    "assets",
    "audit_chain",
    "audit_log",
    "blueprint",
    "feedback",
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
    "settings",
    "sign_in",
    "signing_keys",
    "tokens",
]
