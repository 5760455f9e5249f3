"""PostgreSQL asked through libpq itself, so that several statements are one message, and their answers another.

psycopg's own pipeline sends each statement by itself and waits for the socket before and after: for the seven of a
round, twenty waits at which the interpreter changes hands and PostgreSQL wakes up. psycopg still opens the connection
and converts values; in what state a transaction is it asks libpq each time, so it may go on where this has stopped.
See "Pipeline Mode" in the manual of libpq.
"""

import select
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import blake2s
from itertools import count
from typing import Any

from psycopg import Connection, OperationalError, errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult

_Statement = tuple[str, tuple[int, ...]]
"""SQL, and the types of its values: what is prepared."""

_Given = tuple[_Statement, Sequence[Any], Sequence[Format] | None]
"""That, its values and their formats, as libpq takes them."""

_Step = Callable[[PGresult], None]

_WELL = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)

_LAST_WORDS = (b"FATAL", b"PANIC")
"""How bad it is where PostgreSQL says why it ends the connection, and does so."""

_GONE = "26000"
"""What PostgreSQL says of a name that it has no statement for."""

_CHANGED = "0A000"
"""What it says, among other things, where a migration has changed the columns that a statement gives."""


class Asked:
    """A statement with its values. begins: a transaction, where none is under way and psycopg would begin one. Who
    looks at its answer has all sent that was asked until then."""

    def __init__(self, wire: "Wire", sql: str, values: Sequence[Any], *, begins: bool) -> None:
        self.sql, self.values, self.begins = sql, values, begins
        self._wire = wire
        self._result: PGresult | None = None

    @property
    def command(self) -> bytes | None:
        """What PostgreSQL says it has done."""
        return self._answer().command_status

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self._wire.rows(self._answer())

    def fetchone(self) -> tuple[Any, ...] | None:
        rows = self.fetchall()
        return rows[0] if rows else None

    def answered(self, result: PGresult) -> None:
        self._result = result

    def _answer(self) -> PGresult:
        if self._result is None:
            self._wire.send()
        assert self._result is not None  # noqa: S101 (else `send` has raised)
        return self._result


class Wire:
    """What is said on one connection. A statement is prepared when it comes first, and stays so."""

    def __init__(self, driver: Connection[Any]) -> None:
        self._driver, self._libpq = driver, driver.pgconn
        self._transformer = Transformer(driver)
        self._names: dict[_Statement, bytes] = {}
        self._numbers = count()
        self._waiting: list[Asked] = []
        self._is_gathering = False

    def ask(self, sql: str, rows: Sequence[Sequence[Any]], *, begins: bool) -> Asked:
        """A statement with one set of values after the other; the last is what is answered. Raises psycopg's errors,
        here or where the answer is looked at."""
        asked = [Asked(self, sql, values, begins=begins) for values in rows]
        self._waiting += asked
        if not self._is_gathering:
            self.send()
        return asked[-1]

    @contextmanager
    def together(self, *, commit: bool) -> Iterator[None]:
        """What is asked in the block is sent at its end, or when an answer is looked at. commit: with it the
        transaction ends, and psycopg finds none to commit. Raises psycopg's errors."""
        self._is_gathering = True
        try:
            yield
            if commit:
                self._commit()
            self.send()
        finally:
            self._is_gathering = False
            self._waiting.clear()

    def _commit(self) -> None:
        commit = Asked(self, "COMMIT", (), begins=False)
        self._waiting.append(commit)
        if commit.command != b"COMMIT":
            # It answers so, and calls it no error, where somebody went on after one.
            raise errors.InFailedSqlTransaction("what was to be committed had failed before, and was rolled back")

    def send(self) -> None:
        """Send what waits, take the answers. Raises psycopg's errors; what stands after one that fails is not done."""
        asked, self._waiting = self._waiting, []
        if not asked:
            return
        given = [self._given(one) for one in asked]
        try:
            steps = self._sent(asked, given)
            results = self._results()
            self._libpq.exit_pipeline_mode()
        except BaseException:
            # Nobody knows what is still under way on it.
            self._driver.close()
            raise
        for (statement, step), result in zip(steps, results, strict=True):
            if result.status not in _WELL:
                error = errors.error_from_result(result, self._driver.info.encoding)
                self._forget(statement, error.sqlstate)
                raise error
            step(result)

    def _forget(self, statement: _Statement, state: str | None) -> None:
        """Prepare anew next time what PostgreSQL does not take any more; it keeps all else that it refused."""
        if state == _GONE:
            self._names.clear()
        elif state == _CHANGED:
            self._names.pop(statement, None)

    def rows(self, result: PGresult) -> list[tuple[Any, ...]]:
        """Of an answer, as psycopg reads them."""
        self._transformer.set_pgresult(result)
        return self._transformer.load_rows(0, result.ntuples, tuple)

    def _given(self, asked: Asked) -> _Given:
        """A statement and its values as libpq takes them. A list goes in binary: as an array's text it would be written
        and read value by value."""
        formats = [PyFormat.BINARY if isinstance(value, list) else PyFormat.AUTO for value in asked.values]
        values = self._transformer.dump_sequence(asked.values, formats)
        return (asked.sql, self._transformer.types or ()), values, self._transformer.formats

    def _sent(self, asked: Sequence[Asked], given: Sequence[_Given]) -> list[tuple[_Statement, _Step]]:
        """Put everything into one message; for each answer that will come, whose it is and what is done with it."""
        libpq, begin = self._libpq, self._begin(asked[0])
        steps: list[tuple[_Statement, _Step]] = []
        libpq.enter_pipeline_mode()
        if begin:
            libpq.send_query_params(begin.encode(), None)
            steps.append(((begin, ()), _unread))
        new: dict[_Statement, bytes] = {}
        for one, (statement, values, formats) in zip(asked, given, strict=True):
            name = self._names.get(statement) or new.get(statement)
            if name is None:
                name = new[statement] = self._new_name(statement)
                libpq.send_prepare(name, statement[0].encode(), statement[1])
                steps.append((statement, partial(self._prepared, statement, name)))
            libpq.send_query_prepared(name, values, formats)
            steps.append((statement, one.answered))
        libpq.pipeline_sync()
        return steps

    def _new_name(self, statement: _Statement) -> bytes:
        """One that is used for nothing else, on no connection: behind a pooler that shares connections and does not
        follow what is prepared on them, a statement is refused rather than taken for another's."""
        content = blake2s(repr(statement).encode(), digest_size=8).hexdigest()
        return f"licence_server_{content}_{next(self._numbers)}".encode()

    def _prepared(self, statement: _Statement, name: bytes, _result: PGresult) -> None:
        self._names[statement] = name

    def _begin(self, first: Asked) -> str | None:
        """What psycopg would begin a transaction with, where none is under way."""
        driver = self._driver
        if driver.autocommit or not first.begins or self._libpq.transaction_status != TransactionStatus.IDLE:
            return None
        level = driver.isolation_level
        return "BEGIN" if level is None else f"BEGIN ISOLATION LEVEL {level.name.replace('_', ' ')}"

    def _results(self) -> list[PGresult]:
        """Send, and wait for the answers to all that was sent."""
        libpq, results = self._libpq, list[PGresult]()
        while libpq.flush():
            self._wait(select.POLLIN | select.POLLOUT)
            libpq.consume_input()
        while True:
            while libpq.is_busy():
                self._wait(select.POLLIN)
                libpq.consume_input()
            result = libpq.get_result()
            if result is None:
                # The end of one answer; where the connection is lost, of all.
                if libpq.status != ConnStatus.OK:
                    raise OperationalError(libpq.get_error_message())
            elif result.status == ExecStatus.PIPELINE_SYNC:
                return results
            elif result.error_field(DiagnosticField.SEVERITY_NONLOCALIZED) in _LAST_WORDS:
                raise OperationalError(result.get_error_message())
            else:
                results.append(result)

    def _wait(self, events: int) -> None:
        poll = select.poll()
        poll.register(self._libpq.socket, events)
        poll.poll()


def _unread(_result: PGresult) -> None:
    """The answer to a BEGIN."""
