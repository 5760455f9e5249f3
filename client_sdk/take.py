"""Taking the server's word into the saved state.

* An answer is ours only if its keyset is signed by the root we trust. A keyset of ours that is outdated, or
  expired when offered, is left: the last accepted one stays, and the lease has to verify under that.
* `exp` of the keyset is judged by the answer's own time: the PC's clock may be years off.
* A lease older (`iat`) than the newest one verified, or a verdict spoken before the newest verified word,
  refuses the answer: it is an old one, replayed or late.
* What was learnt replaces the offset and the highest time: that is how a clock put back is forgiven.
"""

from client_sdk import trust
from client_sdk.answer import Activated, Word
from client_sdk.context import Context
from client_sdk.errors import KeysetExpired, KeysetOutdated, NotTrusted
from client_sdk.ids import uuid7
from client_sdk.saved import Former, Saved
from client_sdk.trust import Trust


def word(context: Context, saved: Saved, said: Word, local: float) -> Saved:
    """The state after the answer to a sync. local: the PC's clock when it came. Raises NotTrusted."""
    trusted = check_author(context, saved, said)
    if said.server_time < max(saved.newest_iat, saved.said_at):
        raise NotTrusted("the answer is older than the newest one verified")
    newest_iat, lease = saved.newest_iat, saved.lease
    if said.lease is not None:
        found = context.read_lease(said.lease, trusted, saved.installation_id, newest_iat)
        newest_iat, lease = found.issued_at, said.lease
    return saved._replace(
        lease=lease,
        keyset=trusted.keyset,
        roots=trusted.roots,
        newest_iat=newest_iat,
        said=said.verdict,
        said_at=said.server_time,
        forgotten=False,
        offset=said.server_time - local,
        highest=said.server_time,
        last_sync_at=said.server_time,
        syncs=saved.syncs + 1,
        failures=0,
        next_attempt=0.0,
        retry_after=0.0,
    )


def check_author(context: Context, saved: Saved, said: Word) -> Trust:
    """What to trust after an answer that is certainly of our deployment. Raises NotTrusted."""
    trusted = context.trusted(saved)
    try:
        return trust.accept(trusted, said.roots, said.keyset, said.server_time)
    except (KeysetOutdated, KeysetExpired):
        if trusted.keyset is None:
            raise
        return trusted


def activation(context: Context, saved: Saved, answer: Activated, local: float) -> Saved:
    """The state after the answer to an activation. Raises NotTrusted."""
    taken = word(context, saved, answer.word, local)
    return taken._replace(
        installation_token=answer.installation_token,
        message_key=answer.message_key,
        message_kid=answer.message_kid,
    )


def new_installation(context: Context, saved: Saved) -> Saved:
    """The state of a new installation where the old one belongs to another organisation.

    The old one keeps its outbox, its token and its key, so that what it recorded is still reported under its name.
    """
    installation_id = uuid7(context.clock(), context.random_bytes)
    former = saved.former
    if saved.installation_token is not None:
        left = Former(saved.installation_id, saved.installation_token, saved.message_key, saved.message_kid)
        former = (*former, left)
    return Saved(
        installation_id,
        keyset=saved.keyset,
        roots=saved.roots,
        offset=saved.offset,
        highest=saved.highest,
        last_sync_at=saved.last_sync_at,
        syncs=saved.syncs,
        usage_reporting=saved.usage_reporting,
        former=former,
    )
