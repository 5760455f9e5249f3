"""Connections that stay in hand from one use to the next: to take one from SQLAlchemy's pool and give it back takes as
long as a look at the database itself."""

import time

from sqlalchemy import Connection, Engine, event

from licence_server.engines import RESTS_SINCE, is_steady

_LOSSES = "losses"
"""What a connection's `info` keeps of how many had been lost when it was taken from the pool."""


class InHand:
    """Connections of an engine that are kept from one use to the next, so many at most, for whoever comes. Once any
    connection of the engine is found to be lost, all of that time are given back, since the pool lets go of them."""

    def __init__(self, engine: Engine, most: int) -> None:
        self._engine, self._most = engine, most
        self._connections: list[Connection] = []
        self._losses = 0
        event.listen(engine, "invalidate", self._note_loss)

    def take(self) -> Connection:
        """The one laid down last, else one of the pool. One that has rested goes back there, where it is asked whether
        it lives."""
        while True:
            try:
                connection = self._connections.pop()
            except IndexError:
                connection = self._engine.connect()
                connection.info[_LOSSES] = self._losses
                return connection
            if is_steady(connection.info) and connection.info[_LOSSES] == self._losses:
                return connection
            connection.close()

    def lay_down(self, connection: Connection) -> None:
        """No transaction is under way on it."""
        if len(self._connections) < self._most and connection.info.get(_LOSSES) == self._losses:
            connection.info[RESTS_SINCE] = time.monotonic()
            self._connections.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Give all back to the pool."""
        while self._connections:
            self._connections.pop().close()

    def _note_loss(self, *_lost: object) -> None:
        self._losses += 1
