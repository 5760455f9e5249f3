"""What can be done with one licence: show, suspend, reinstate, revoke, extend."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import click

from licence_server.cli import views
from licence_server.cli.operator import Operator
from licence_server.cli.output import print_line, print_record
from licence_server.cli.parameters import DAY, IDENTIFIER, json_option, reason_option
from licence_server.domain.dates import day_of
from licence_server.services import licence_acts as services
from licence_server.services import licences, reach
from licence_server.services.licences import LicenceView
from licence_server.services.reach import Reach

licence_argument = click.argument("licence_id", type=IDENTIFIER)


@click.command
@licence_argument
@json_option
@click.pass_obj
def show(operator: Operator, licence_id: UUID, as_json: bool) -> None:
    """Show a licence: state, dates, seats and terms.

    It also says how far a revocation would reach.
    """
    view = licences.get(operator.runtime, licence_id, now=operator.now)
    found = _print(operator, view, as_json)
    if not as_json and view.licence.revoked_at is None:
        print_line()
        print_line("If it were revoked:")
        print_line(_sentence(operator, found))


@click.command
@licence_argument
@reason_option
@json_option
@click.pass_obj
def suspend(operator: Operator, licence_id: UUID, reason: str | None, as_json: bool) -> None:
    """Stop a licence for a while; `reinstate` ends that."""
    _stopped(operator, services.suspend(operator.runtime, licence_id, **_act(operator, reason)), as_json)


@click.command
@licence_argument
@reason_option
@json_option
@click.pass_obj
def reinstate(operator: Operator, licence_id: UUID, reason: str | None, as_json: bool) -> None:
    """End a suspension; kits run again after their next sync."""
    _print(operator, services.reinstate(operator.runtime, licence_id, **_act(operator, reason)), as_json)


@click.command
@licence_argument
@reason_option
@json_option
@click.pass_obj
def revoke(operator: Operator, licence_id: UUID, reason: str | None, as_json: bool) -> None:
    """End a licence for good.

    It reaches a kit at its next sync, and one that stays offline when its lease and grace run out; `show`
    says beforehand when that is.
    """
    _stopped(operator, services.revoke(operator.runtime, licence_id, **_act(operator, reason)), as_json)


@click.command
@licence_argument
@click.option("--until", type=DAY, required=True, help="The new last day, later than the present one.")
@reason_option
@json_option
@click.pass_obj
def extend(operator: Operator, licence_id: UUID, until: date, reason: str | None, as_json: bool) -> None:
    """Give a licence a later end."""
    _print(operator, services.extend(operator.runtime, licence_id, until, **_act(operator, reason)), as_json)


COMMANDS = (show, suspend, reinstate, revoke, extend)


def _act(operator: Operator, reason: str | None) -> dict[str, Any]:
    return {"now": operator.now, "actor": operator.actor, "reason": reason}


def _stopped(operator: Operator, view: LicenceView, as_json: bool) -> None:
    found = _print(operator, view, as_json)
    if not as_json:
        print_line()
        print_line(_sentence(operator, found))


def _print(operator: Operator, view: LicenceView, as_json: bool) -> Reach:
    found = reach.of_licence(operator.runtime, view.licence.id, now=operator.now)
    document = views.licence(view)
    if as_json:
        document["reach"] = views.reach(found)
    elif view.licence.ends_at is not None:
        document["last_day"] = day_of(view.licence.ends_at - timedelta(seconds=1), operator.runtime.timezone)
    print_record(document, as_json=as_json)
    return found


def _sentence(operator: Operator, found: Reach) -> str:
    """How far the end of the licence reaches, in words."""
    if found.at_latest is None:
        return "No installation holds a lease, so nothing runs on."
    last = day_of(found.at_latest, operator.runtime.timezone)
    stop = "1 installation stops" if found.installations == 1 else f"{found.installations} installations stop"
    return f"{stop} at the next sync, at the latest on {last.day} {last:%B %Y}."
