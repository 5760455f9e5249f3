"""Verifies a training kit's licence offline and reports usage counts when it can.

Names that only programs with a transport of their own need are imported when first asked for (PEP 562): a
kit's player should start as quickly as it can.
"""

from typing import TYPE_CHECKING, Any

from client_sdk.client import KitClient
from client_sdk.errors import ClientError, InvalidArgument, SessionEnded
from client_sdk.session import Session
from client_sdk.verdict import SyncResult, Verdict

if TYPE_CHECKING:
    from client_sdk.status import Status
    from client_sdk.transport import Request, Response, Transport

__all__ = [
    "ClientError",
    "InvalidArgument",
    "KitClient",
    "Request",
    "Response",
    "Session",
    "SessionEnded",
    "Status",
    "SyncResult",
    "Transport",
    "Verdict",
]

_LATER = {"Request": "transport", "Response": "transport", "Transport": "transport", "Status": "status"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
