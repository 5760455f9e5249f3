"""How the things of this software look as documents, under the names the API uses too."""

import json
from typing import Any

from licence_server.services.activation_tokens import IssuedToken
from licence_server.services.api_keys import CreatedKey
from licence_server.services.installations import InstallationView
from licence_server.services.keys import KeyList
from licence_server.services.licences import LicenceView
from licence_server.services.people import Admitted
from licence_server.services.reach import Reach

Fields = dict[str, Any]


def organisation(row: Any) -> Fields:
    return _picked(row, "id", "name", "contact_email", "sector", "reference", "created_at")


def kit(row: Any) -> Fields:
    items = [{"id": item.item_id, "title": item.title} for item in row.items]
    return {**_picked(row, "id", "name"), "items": items, **_picked(row, "created_at", "updated_at")}


def licence(view: LicenceView) -> Fields:
    row = view.licence
    return {
        **_picked(row, "id", "organisation_id", "kit_id", "kind"),
        "status": view.status.value,
        **_picked(row, "starts_at", "ends_at", "trial_days", "first_activated_at", "seat_limit"),
        "seats_held": view.seats_held,
        **_picked(row, "lease_days", "grace_days", "check_in_days", "suspended_at", "revoked_at", "created_at"),
    }


def reach(found: Reach) -> Fields:
    return {"installations": found.installations, "at_latest": found.at_latest}


def token(row: Any) -> Fields:
    return _picked(row, "id", "licence_id", "hint", "uses_limit", "uses", "expires_at", "revoked_at", "created_at")


def issued_token(issued: IssuedToken) -> Fields:
    return {**token(issued.token), "activation_token": issued.secret}


def installation(view: InstallationView) -> Fields:
    row = view.installation
    return {
        **_picked(row, "id", "organisation_id", "licence_id", "kit_id", "kit_version"),
        "client": {"name": row.client_name, "version": row.client_version},
        "label": row.label,
        "status": view.status.value,
        "holds_seat": view.holds_seat,
        **_picked(row, "seat_until", "activated_at", "last_sync_at", "declined_at", "copied_at"),
        **_picked(row, "released_at", "revoked_at", "missing_reports"),
    }


def api_key(row: Any) -> Fields:
    return {**_picked(row, "id", "name"), "scopes": row.scopes.split(), **_picked(row, "created_at", "revoked_at")}


def created_key(created: CreatedKey) -> Fields:
    return {**api_key(created.key), "api_key": created.secret}


def audit_entry(row: Any) -> Fields:
    return {
        "id": row.number,
        **_picked(row, "at", "actor", "action", "subject", "reason"),
        "before": json.loads(row.before) if row.before is not None else None,
        "after": json.loads(row.after) if row.after is not None else None,
        "hash": row.hash.hex(),
    }


def keys(listed: KeyList) -> Fields:
    return {
        "root": listed.root,
        "signing": [_picked(row, "kid", "created_at", "retires_at") for row in listed.signing],
    }


def _picked(row: Any, *names: str) -> Fields:
    return {name: getattr(row, name) for name in names}


def person(row: Any) -> Fields:
    return {
        **_picked(row, "id", "email", "role"),
        "second_factor": row.totp_confirmed_at is not None,
        **_picked(row, "created_at", "removed_at"),
    }


def admitted(found: Admitted) -> Fields:
    return {**person(found.person), "one_time_password": found.secret}
