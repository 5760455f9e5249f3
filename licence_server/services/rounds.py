"""Requests that wait at the same moment share one transaction, and so one wait for the disk.

While one round is under way, requests gather; when it ends, one of those that wait leads the next with all
of them. Nobody is answered before the round is committed. A round that fails is undone as a whole, and then each of
its requests is taken by itself, so that one that cannot be served spoils nothing for its neighbours.

Known as group commit (DeWitt et al., "Implementation techniques for main memory database systems", 1984).
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeAlias, TypeVar

from sqlalchemy.orm import Session

from licence_server.database import Database
from licence_server.domain.errors import LicenceServerError, Unavailable

# So that a statement that names everything a round looks for stays within what databases take.
MOST = 32

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Alone(Enum):
    """What a round says of a request that it cannot take together with others."""

    ALONE = "alone"


ALONE = Alone.ALONE
Outcome: TypeAlias = Answer | LicenceServerError | Alone
Take = Callable[[Any, Session, Sequence[Asked]], Sequence[Outcome[Answer]]]
"""Serve requests in one transaction of a deployment: an outcome for each, in their order. Where the transaction fails
it is called again."""


@dataclass(eq=False)
class _Waiting:
    asked: Any
    outcome: Any = None
    is_done: bool = False


class Gathering(Generic[Asked, Answer]):
    """The rounds of one kind of request. run: serves some in one transaction. waiting: for the next, guarded by
    `changed`."""

    def __init__(self, run: Callable[[Sequence[Asked]], Sequence[Outcome[Answer]]]) -> None:
        self._run = run
        self.changed = threading.Condition()
        self.waiting: list[_Waiting] = []
        self._under_way = False

    def join(self, asked: Asked) -> Answer:
        """Be served in the next round. Raises what the request itself is refused with; Unavailable."""
        mine = _Waiting(asked)
        with self.changed:
            self.waiting.append(mine)
        while together := self._gather(mine):
            try:
                self._serve(together)
            finally:
                with self.changed:
                    self._under_way = False
                    for one in together:
                        one.is_done = True
                    self.changed.notify_all()
        if isinstance(mine.outcome, Exception):
            raise mine.outcome
        answer: Answer = mine.outcome
        return answer

    def _gather(self, mine: _Waiting) -> list[_Waiting]:
        """Whom to lead, those that have waited longest; nobody where another has led `mine` meanwhile."""
        with self.changed:
            self.changed.wait_for(lambda: mine.is_done or not self._under_way)
            if mine.is_done:
                return []
            self._under_way = True
            together, self.waiting = self.waiting[:MOST], self.waiting[MOST:]
        return together

    def _serve(self, together: list[_Waiting]) -> None:
        for one in together:
            # What stays where the leader itself is ended halfway.
            one.outcome = Unavailable("database_unavailable", "The server is stopping; try again shortly.")
        if len(together) > 1:
            try:
                outcomes = self._run([one.asked for one in together])
            except Unavailable as error:
                # The database, not one of them: each by itself would wait as long again.
                outcomes = [error] * len(together)
            except Exception:  # noqa: BLE001 (whose fault it is shows when each is taken by itself)
                outcomes = [ALONE] * len(together)
            for one, outcome in zip(together, outcomes, strict=True):
                one.outcome = outcome
            together = [one for one in together if one.outcome is ALONE]
        for one in together:
            try:
                [one.outcome] = self._run([one.asked])
            except Exception as error:  # noqa: BLE001 (raised again where it is waited for)
                one.outcome = error


class Rounds:
    """The rounds of one process, each of requests of one kind. deployment: what they work with. kinds: what serves a
    kind, to those who wait for it."""

    def __init__(self, deployment: Any, database: Database) -> None:
        self._deployment, self._database = deployment, database
        self.kinds: dict[Any, Gathering[Any, Any]] = {}

    def join(self, take: Take[Asked, Answer], asked: Asked) -> Answer:
        """Be served in the next round that `take` runs. Raises what the request is refused with; Unavailable."""
        kind = self.kinds.get(take) or self.kinds.setdefault(take, self._kind(take))
        answer: Answer = kind.join(asked)
        return answer

    def _kind(self, take: Take[Asked, Answer]) -> Gathering[Asked, Answer]:
        return Gathering(lambda asked: self._database.write(lambda session: take(self._deployment, session, asked)))
