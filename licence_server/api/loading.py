"""Query strings and bodies of the team's endpoints, loaded through marshmallow; every wrong field is named."""

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn
from urllib.parse import unquote_to_bytes

from flask import Request, g
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser

from licence_server.api import bodies
from licence_server.domain.errors import Invalid, Malformed
from licence_server.schemas.shapes import printable


class Parser(FlaskParser):
    """What flask-smorest loads arguments with. The body is read as everywhere else in this server."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": RAISE, "query": RAISE}  # noqa: RUF012 (webargs' own interface)

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The decoded body; it may be left out where every field may."""
        optional = not any(field.required for field in schema.fields.values())
        g.body = bodies.read_json(optional=optional)
        return g.body

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """The parameters by name. Raises Malformed, Invalid."""
        try:
            unquote_to_bytes(req.query_string).decode()
        except UnicodeDecodeError:
            raise Malformed("query_malformed", "The query string is not UTF-8.") from None
        repeated = {printable(name): "is given more than once" for name, values in req.args.lists() if len(values) > 1}
        if repeated:
            raise Invalid("query_invalid", _sentence(repeated), repeated)
        return req.args.to_dict()

    def handle_error(
        self,
        error: ValidationError,
        req: Request,
        schema: Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Raise Invalid."""
        # webargs puts the location above the messages.
        messages: Any = error.messages
        location, below = next(iter(messages.items()))
        errors = dict(_flat(below, ""))
        raise Invalid("query_invalid" if location == "query" else "body_invalid", _sentence(errors), errors) from error


PARSER = Parser()

_WORDS = {
    "Missing data for required field.": "is required",
    "Unknown field.": "is not a known field",
    "Invalid input type.": "must be an object",
    "Field may not be null.": "must not be null",
    "Not a valid string.": "must be a string",
    "Not a valid list.": "must be an array",
}


def _flat(messages: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for name, below in messages.items():
            # marshmallow files what is wrong with a whole object under `_schema`.
            inner = path if name == "_schema" else f"{path}.{name}" if path else str(name)
            yield from _flat(below, inner)
    else:
        texts = [_WORDS.get(text, text) for text in messages]
        yield printable(path or "body"), "; ".join(texts)


def _sentence(errors: Mapping[str, str]) -> str:
    return "; ".join(f"{field}: {text}" for field, text in list(errors.items())[:10])
