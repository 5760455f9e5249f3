"""PostgreSQL databases that were used and can be used again: to make one costs a tenth of a second, to empty one
a hundredth, and that on a connection which knows its tables from the last time."""

import psycopg

# What is deleted leaves dead rows behind, and a scan reads over them.
MOST_USES = 40

# The newest change and the number of everything that a migration makes; deleting rows changes none of it.
_SHAPE = " UNION ALL ".join(
    f"SELECT count(*), max(xmin::text::bigint) FROM {catalog} WHERE {owner} >= 16384"
    for catalog, owner in {
        "pg_class": "oid",
        "pg_attribute": "attrelid",
        "pg_attrdef": "adrelid",
        "pg_constraint": "oid",
        "pg_index": "indexrelid",
        "pg_trigger": "tgrelid",
        "pg_proc": "oid",
    }.items()
)
_TABLES = """SELECT oid::regclass::text FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY oid"""
_SEQUENCES = "SELECT seqrelid::regclass::text FROM pg_sequence"

Rows = dict[str, bytes]


class Spares:
    """Databases copied from one template, emptied back to what the template holds."""

    def __init__(self, template: str, url: str) -> None:
        """template: the name of one as it is when new. url: its address."""
        self.template = template
        with psycopg.connect(url, autocommit=True) as connection:
            self._shape = connection.execute(_SHAPE).fetchall()
            self._rows = _rows(connection)
            self._numbers = _numbers(connection)
        self._uses: dict[str, int] = {}
        self._free: list[str] = []
        self._connections: dict[str, psycopg.Connection] = {}

    def __contains__(self, url: str) -> bool:
        return url in self._uses

    def add(self, url: str) -> str:
        """A new one, handed out at once."""
        self._uses[url] = 0
        return url

    def take(self) -> str | None:
        """The address of one that is as new; None where there is none."""
        return self._free.pop() if self._free else None

    def give(self, url: str) -> None:
        """Take back one that nobody uses any more. One whose tables were changed is not handed out again."""
        self._uses[url] += 1
        if self._uses[url] < MOST_USES and self._is_empty_again(url):
            self._free.append(url)
        elif url in self._connections:
            self._connections.pop(url).close()

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()

    def _is_empty_again(self, url: str) -> bool:
        if url not in self._connections:
            # Several statements at once cannot be prepared.
            self._connections[url] = psycopg.connect(url, autocommit=True, prepare_threshold=None)
        connection = self._connections[url]
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        if connection.execute(_SHAPE).fetchall() != self._shape:
            return False
        with connection.transaction():
            self._empty(connection)
        return True

    def _empty(self, connection: psycopg.Connection) -> None:
        # No triggers and no foreign keys: the order does not matter, and the audit log lets go too.
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("; ".join(f"DELETE FROM {table}" for table in self._rows))
        for sequence, number in self._numbers.items():
            connection.execute("SELECT setval(%s::regclass, %s, %s)", (sequence, *number))
        for table, rows in self._rows.items():
            if rows:
                with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(rows)


def _rows(connection: psycopg.Connection) -> Rows:
    """What every table holds."""
    found = {}
    for (table,) in connection.execute(_TABLES).fetchall():
        with connection.cursor().copy(f"COPY {table} TO STDOUT") as copy:
            found[table] = b"".join(bytes(piece) for piece in copy)
    return found


def _numbers(connection: psycopg.Connection) -> dict[str, tuple[int, bool]]:
    """Where every sequence is: a number, and whether it was given away."""
    found = {}
    for (sequence,) in connection.execute(_SEQUENCES).fetchall():
        (found[sequence],) = connection.execute(f"SELECT last_value, is_called FROM {sequence}").fetchall()
    return found
