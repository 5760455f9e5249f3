"""Every `code` that the API may answer a refused request with: its HTTP status, and what it means.

Clients rely on these; OpenAPI and docs/api.md list them, and a test holds all three and the source together.
"""

CODES: dict[str, tuple[int, str]] = {
    # Any request
    "bad_request": (400, "The request is not well-formed HTTP, or was cut short."),
    "not_found": (404, "There is nothing at this address."),
    "method_not_allowed": (405, "The address does not take this method; `Allow` names those it takes."),
    "internal_error": (500, "Something went wrong on our side."),
    "database_busy": (503, "Try again shortly."),
    "database_unavailable": (503, "Try again shortly."),
    "not_initialised": (503, "The server has no keys yet."),
    # Who asks
    "token_missing": (401, "There is no `Authorization: Bearer …` header."),
    "api_key_unknown": (401, "The API key is not known, or has been revoked."),
    "installation_token_unknown": (401, "The installation token is not known: activate the kit again."),
    "scope_too_small": (403, "The API key lacks the scope."),
    # What is sent
    "media_type_unsupported": (415, "The body is not `application/json`."),
    "content_coding_unsupported": (415, "The body's content coding is not gzip."),
    "body_too_large": (413, "The body is larger than 1 MiB, or than 8 MiB once expanded."),
    "gzip_malformed": (400, "The body is not well-formed gzip."),
    "json_malformed": (400, "The body is not well-formed JSON."),
    "body_invalid": (422, "The body has the wrong shape; `errors` names each field."),
    "query_malformed": (400, "The query string is not UTF-8."),
    "query_invalid": (422, "A query parameter is unknown or wrong; `errors` names each."),
    "cursor_invalid": (422, "The cursor is not one that this list gave for these filters and this sort."),
    # Safe changes
    "if_match_missing": (428, "A change needs `If-Match`: the ETag you have seen, or `*`."),
    "version_stale": (412, "It has changed since; read it again."),
    "idempotency_key_invalid": (422, "`Idempotency-Key` is not 1 to 255 printable ASCII characters."),
    "idempotency_key_reused": (422, "The `Idempotency-Key` was used before, with another request."),
    # The team's acts
    "organisation_unknown": (404, "There is no such organisation."),
    "kit_unknown": (404, "There is no such kit."),
    "licence_unknown": (404, "There is no such licence."),
    "activation_token_unknown": (404, "There is no such activation token."),
    "installation_unknown": (404, "There is no such installation, or it is another's."),
    "reference_taken": (409, "Another organisation has this reference."),
    "kit_exists": (409, "There is a kit with this id."),
    "licence_not_suspended": (409, "The licence is not suspended."),
    "installation_released": (409, "The installation has given its seat back already."),
    "period_invalid": (422, "The days do not make a period; `errors` names the field."),
    "extension_invalid": (422, "The new end is not later than the present one, or past."),
    "terms_invalid": (422, "A term is out of bounds; `errors` names it."),
    "uses_invalid": (422, "The number of uses is out of bounds."),
    "until_invalid": (422, "The last day of the token is past, or out of range."),
    # Licence rules. Refused to a kit they are 403; where the team acts against the state, 409.
    "token_unknown": (403, "The activation token is not known."),
    "token_revoked": (403, "The activation token has been revoked."),
    "token_expired": (403, "The activation token has expired."),
    "token_used_up": (403, "The activation token has been used as often as it may be."),
    "installation_elsewhere": (403, "The installation belongs to another organisation."),
    "installation_revoked": (403, "The installation has been revoked."),
    "kit_mismatch": (403, "The activation token belongs to another kit."),
    "licence_revoked": (403, "The licence has been revoked."),
    "licence_suspended": (403, "The licence is suspended."),
    "licence_expired": (403, "The licence has ended."),
    "licence_pending": (403, "The licence has not started yet."),
    "seat_limit_reached": (409, "All seats of the licence are taken."),
    "too_many_attempts": (429, "Too many unknown activation tokens from one address; `Retry-After` says when."),
}

AGAINST_THE_STATE = ("token_revoked", "installation_revoked", "licence_revoked", "licence_suspended")
"""Codes that the team's acts answer with 409."""
