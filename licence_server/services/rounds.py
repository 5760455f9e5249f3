"""Requests that wait at the same moment share one transaction, and so one wait for the disk.

While one round is under way, requests gather; when it ends, one of those that wait leads the next. Who is in it is
settled as late as can be, when its transaction has begun: whoever came while it waited for the database comes along.
Nobody is answered before the round is committed. A round that fails is undone as a whole, and then each of its
requests is taken by itself, so that one that cannot be served spoils nothing for its neighbours.

Known as group commit (DeWitt et al., "Implementation techniques for main memory database systems", 1984).
"""

import threading
from collections.abc import Callable, Sequence
from enum import Enum
from functools import partial
from typing import Any, Generic, TypeAlias, TypeVar

from sqlalchemy import Connection
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

Find = Callable[[Any, Connection, Sequence[Asked]], Sequence[Outcome[Answer]]]
"""Look up what requests ask for, each by itself and at one moment after it came."""

Everyone = Callable[[], Sequence[Asked]]
"""Whose round it is: those that wait when this is first called, the same ones ever after."""


class _Waiting:
    """Who waits in one thread. outcome: until there is one, what stays where the leader is ended halfway."""

    def __init__(self, asked: Any) -> None:
        self.asked = asked
        self.outcome: Any = Unavailable("database_unavailable", "The server is stopping; try again shortly.")
        self.is_done = False
        self._turn = threading.Lock()
        self._turn.acquire()

    def wait(self) -> None:
        """Until `wake`: it is done, or it is to lead."""
        self._turn.acquire()

    def wake(self) -> None:
        self._turn.release()


class Gathering(Generic[Asked, Answer]):
    """The rounds of one kind of request. run: serves everyone in one transaction. waiting: for the next, in the order
    they came; the first of them leads it."""

    def __init__(self, run: Callable[[Everyone[Asked]], Sequence[Outcome[Answer]]]) -> None:
        self._run = run
        self.waiting: list[_Waiting] = []
        self._changing = threading.Lock()
        self._is_under_way = False

    def join(self, asked: Asked) -> Answer:
        """Be served in the next round. Raises what the request itself is refused with; Unavailable."""
        mine = _Waiting(asked)
        with self._changing:
            self.waiting.append(mine)
            follows = self._is_under_way
            self._is_under_way = True
        if follows:
            mine.wait()
        if not mine.is_done:
            self._lead(mine)
        answer: Answer = _answer(mine.outcome)
        return answer

    def _lead(self, mine: _Waiting) -> None:
        together: list[_Waiting] = []

        def everyone() -> list[Asked]:
            if not together:
                with self._changing:
                    together.extend(self.waiting[:MOST])
                    del self.waiting[:MOST]
            return [one.asked for one in together]

        try:
            for one, outcome in zip(together, self._serve(everyone), strict=True):
                one.outcome = self._serve_alone(one.asked) if outcome is ALONE else outcome
        finally:
            everyone()
            with self._changing:
                following = self.waiting[:1]
                self._is_under_way = bool(following)
            for one in together:
                one.is_done = True
            # Whoever leads the next round waits for the database while the others answer.
            for one in [*following, *together]:
                if one is not mine:
                    one.wake()

    def _serve(self, everyone: Everyone[Asked]) -> Sequence[Any]:
        """Outcomes, errors among them."""
        try:
            return self._run(everyone)
        except Unavailable as error:
            # The database, not one of them: each by itself would wait as long again.
            return [error] * len(everyone())
        except Exception as error:  # noqa: BLE001 (whose fault it is shows when each is taken by itself)
            size = len(everyone())
            return [error] if size == 1 else [ALONE] * size

    def _serve_alone(self, asked: Asked) -> Any:
        try:
            [outcome] = self._run(lambda: [asked])
        except Exception as error:  # noqa: BLE001 (raised again where it is waited for)
            return error
        return outcome


class Rounds:
    """The rounds of one process, each of requests of one kind. deployment: what they work with. kinds: what serves a
    kind, to those who wait for it."""

    def __init__(self, deployment: Any, database: Database) -> None:
        self._deployment, self._database = deployment, database
        self.kinds: dict[Any, Gathering[Any, Any]] = {}

    def join(self, take: Take[Asked, Answer], asked: Asked) -> Answer:
        """Be served in the next round that `take` runs. Raises what the request is refused with; Unavailable."""
        # A round may commit by itself, and serves others too.
        assert not self._database.is_writing, "a round is no part of a larger transaction"  # noqa: S101 (our own call)
        answer: Answer = self._kind(take, self._write).join(asked)
        return answer

    def look(self, find: Find[Asked, Answer], asked: Asked) -> Answer:
        """The same for what only looks, and so begins no transaction: PostgreSQL is sent one message for all who wait.
        SQLite is asked by each for itself, since there it is a call of a function."""
        if self._database.is_sqlite:
            [outcome] = self._look(find, lambda: [asked])
            alone: Answer = _answer(outcome)
            return alone
        answer: Answer = self._kind(find, self._look).join(asked)
        return answer

    def _kind(self, serve: Any, way: Callable[[Any, Everyone[Any]], Sequence[Any]]) -> Gathering[Any, Any]:
        """serve: what serves this kind. way: how it comes to the database."""
        return self.kinds.get(serve) or self.kinds.setdefault(serve, Gathering(partial(way, serve)))

    def _write(self, take: Take[Asked, Answer], everyone: Everyone[Asked]) -> Sequence[Outcome[Answer]]:
        return self._database.write(lambda session: take(self._deployment, session, everyone()))

    def _look(self, find: Find[Asked, Answer], everyone: Everyone[Asked]) -> Sequence[Outcome[Answer]]:
        with self._database.looking() as connection:
            return find(self._deployment, connection, everyone())


def _answer(outcome: Any) -> Any:
    """What a request is answered with. Raises what it is refused with."""
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
