"""The team's pages: server-rendered, for signed-in members; see docs/console.md."""

from licence_server.console import (
    account,
    assets,
    bulk_grant,
    bulk_jobs,
    chase,
    front,
    imports,
    kits,
    members,
    overview,
    sign_in,
)
from licence_server.console.blueprint import blueprint
from licence_server.console.setup import register

__all__ = [
    "account",
    "assets",
    "blueprint",
    "bulk_grant",
    "bulk_jobs",
    "chase",
    "front",
    "imports",
    "kits",
    "members",
    "overview",
    "register",
    "sign_in",
]
