"""Giving the seat back.

* What is queued is sent first: nobody connects a kit again that they have given back.
* The installation keeps its id and its token, so that what could not be sent still can be.
"""

from client_sdk import answer, checkin
from client_sdk.context import Context
from client_sdk.errors import NoAnswer
from client_sdk.saved import Saved
from client_sdk.verdict import NO_ANSWER, REACTIVATION, RELEASED, Verdict


def release(context: Context) -> Verdict:
    """Give the seat back; the verdict afterwards."""
    saved = context.store.load()
    if saved.installation_token is None:
        return context.standing()
    if context.store.count():
        checkin.sync(context)
    try:
        response = context.send("DELETE", f"/installations/{saved.installation_id}", None, saved.installation_token)
    except NoAnswer:
        return context.standing().warn(NO_ANSWER)
    if response.status == 204:
        context.store.update(_released)
        return context.standing()
    problem = answer.problem(response)
    if problem is not None and problem.status in (401, 404):
        return REACTIVATION
    return context.standing().warn(NO_ANSWER)


def _released(saved: Saved) -> Saved:
    return saved._replace(said=RELEASED)
