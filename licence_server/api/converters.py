"""Identifiers in addresses; what has another shape is an address that does not exist."""

from werkzeug.routing import BaseConverter

from licence_server.domain.identifiers import SLUG


class SlugConverter(BaseConverter):
    """The id of a kit."""

    regex = SLUG
