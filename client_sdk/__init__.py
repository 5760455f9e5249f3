"""Verifies a training kit's licence offline and reports usage counts when it can."""

from client_sdk.client import KitClient
from client_sdk.errors import ClientError, InvalidArgument, SessionEnded
from client_sdk.session import Session
from client_sdk.status import Status
from client_sdk.transport import Request, Response, Transport
from client_sdk.verdict import SyncResult, Verdict

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
