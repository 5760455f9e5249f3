"""Activating: from a typed token to a lease.

* A mistyped token is told before any network.
* A refusal is handed on with the server's code and ends nothing: an existing licence stays what it was.
* `installation_elsewhere`: this installation belongs to another organisation; a new one is made, with an
  outbox of its own, and tried once.
* An answer that does not verify under our root is `lease_invalid`, and nothing of it is kept.
* A token the server asked us to hold back (429) is not sent again before that; another one is: the limit is
  on unknown tokens, and the next may be the right one.
"""

import json

from client_sdk import activation_token, answer, retry, take
from client_sdk.context import VERSION, Context
from client_sdk.errors import Busy, NoAnswer, NotTrusted
from client_sdk.saved import Saved
from client_sdk.verdict import NO_ANSWER, TOKEN_MISTYPED, Verdict, lease_invalid

PATIENCE = 90.0
ELSEWHERE = "installation_elsewhere"


class Activation:
    """Activates one kit; remembers which token has to wait."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._waiting: tuple[str, float] = ("", 0.0)

    def activate(self, typed: str, label: str | None) -> Verdict:
        """The verdict on an attempt."""
        token = activation_token.normalise(typed)
        if token is None:
            return TOKEN_MISTYPED
        context = self._context
        held_back, until = self._waiting
        if token == held_back and retry.must_wait(until, context.clock(), retry.MOST_OBEYED):
            return context.standing().warn(NO_ANSWER)
        try:
            with context.store.syncing(PATIENCE):
                saved = context.store.load()
                refusal = self._attempt(saved, token, label)
                if refusal is not None and refusal.code == ELSEWHERE:
                    refusal = self._attempt(take.new_installation(context, saved), token, label)
        except NotTrusted as error:
            return lease_invalid(str(error))
        except (NoAnswer, Busy) as error:
            if isinstance(error, NoAnswer) and error.retry_after is not None:
                self._waiting = (token, context.clock() + error.retry_after)
            return context.standing().warn(NO_ANSWER)
        return context.standing() if refusal is None else refusal

    def _attempt(self, saved: Saved, token: str, label: str | None) -> Verdict | None:
        """None once activated, else the refusal. Raises NoAnswer, NotTrusted."""
        context = self._context
        body = {
            "activation_token": token,
            "installation_id": saved.installation_id,
            "kit": {"id": context.kit_id, "version": context.kit_version},
            "client": {"name": "python", "version": VERSION},
        } | ({} if label is None else {"label": label})
        response = context.send("POST", "/activations", json.dumps(body).encode())
        if response.status not in (200, 201):
            refused = answer.problem(response)
            if refused is None or refused.status in (401, 429) or refused.status >= 500:
                raise answer.no_answer(response, context.clock())
            return Verdict(False, refused.code, refused.detail)
        said = answer.activated(response, saved.installation_id)
        local = context.clock()
        # Verified once before the state is touched, and again on the newest state under the lock.
        take.activation(context, saved, said, local)
        context.store.update(
            lambda newest: take.activation(
                context, newest if newest.installation_id == saved.installation_id else saved, said, local
            )
        )
        return None
