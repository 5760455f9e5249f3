"""A business's pages: what a trainer meets in a browser, without an account."""

from licence_server.portal import exchange, phone
from licence_server.portal.pages import blueprint

__all__ = ["blueprint", "exchange", "phone"]
