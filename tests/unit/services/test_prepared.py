"""Statements asked of the driver itself: what they give and raise is what SQLAlchemy gives and raises."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Text, bindparam, cast, func, select, update
from sqlalchemy.exc import IntegrityError

from licence_server.database import Database
from licence_server.domain.errors import Unavailable
from licence_server.models import Installation, InstallationToken
from licence_server.secret_keys import hash_secret
from licence_server.services.among import Among
from licence_server.services.prepared import Prepared
from tests.support.databases import end_from_afar
from tests.support.deployment import Deployment
from tests.support.interrupting import interrupted_soon

pytestmark = pytest.mark.traced_on_postgresql

ACTIVATED = Prepared(
    select(Installation.id, Installation.activated_at, Installation.released_at).where(Among(Installation.id, "ids"))
)
OWNERS = Prepared(select(InstallationToken.installation_id).where(Among(InstallationToken.token_hash, "hashes")))
OF_KIT = Prepared(
    select(Installation.kit_id).where(Installation.kit_id == "prevent", Installation.id == bindparam("id"))
)
MOVE = Prepared(
    update(InstallationToken)
    .where(InstallationToken.installation_id == bindparam("old"))
    .values(installation_id=bindparam("new"))
)
SLEEP = Prepared(select(func.pg_sleep(60)))
ECHO = Prepared(select(cast(bindparam("name"), Text)))
LABELS = Prepared(select(func.json_extract(Installation.label, "$")).order_by(Installation.label))


def test_rows_are_as_the_types_of_their_columns(deployment: Deployment) -> None:
    kits = [deployment.installation(deployment.token(deployment.licence(kit_id=deployment.kit())))]
    known = UUID(kits[0].id)

    with deployment.runtime.database.looking() as connection:
        assert ACTIVATED.all(connection, ids=[uuid4(), known]) == [(known, deployment.clock(), None)]
        assert ACTIVATED.all(connection, ids=[]) == []
        assert ACTIVATED.first(connection, ids=[uuid4()]) is None
        hashes = [hash_secret(str(kits[0].answer["installation_token"])), bytes(32)]
        assert OWNERS.scalar(connection, hashes=hashes) == known


def test_a_statement_may_hold_values_of_its_own(deployment: Deployment) -> None:
    kit = deployment.installation(deployment.token(deployment.licence(kit_id=deployment.kit())))

    with deployment.runtime.database.looking() as connection:
        assert OF_KIT.scalar(connection, id=UUID(kit.id)) is None
        assert ACTIVATED.scalar(connection, ids=[UUID(kit.id)]) == UUID(kit.id)


def test_what_breaks_a_rule_of_the_database_is_an_integrity_error(deployment: Deployment) -> None:
    kit = deployment.installation(deployment.token(deployment.licence(kit_id=deployment.kit())))

    with pytest.raises(IntegrityError):
        deployment.runtime.database.write(lambda session: MOVE.run(session.connection(), old=UUID(kit.id), new=uuid4()))


def close(_url: str, connection: Connection) -> None:
    """The driver knows beforehand."""
    connection.connection.driver_connection.close()  # type: ignore[union-attr] (it is there)


@pytest.mark.parametrize("lose", [end_from_afar, close])
@pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)
def test_a_connection_that_is_lost_is_unavailable_once(
    deployment: Deployment, lose: Callable[[str, Connection], None]
) -> None:
    database = deployment.runtime.database

    def ask_on_a_lost_connection() -> None:
        with database.looking() as connection:
            lose(deployment.database_url, connection)
            ACTIVATED.all(connection, ids=[])

    with pytest.raises(Unavailable):
        ask_on_a_lost_connection()

    with database.looking() as connection:
        assert ACTIVATED.all(connection, ids=[]) == []


@pytest.mark.parametrize("database_server", ["sqlite"], indirect=True)
def test_what_goes_wrong_at_a_later_row_is_an_error_of_the_database_too(deployment: Deployment) -> None:
    database = deployment.runtime.database
    secret = deployment.token(deployment.licence(kit_id=deployment.kit()))
    made = [UUID(deployment.installation(secret).id) for _ in range(2)]
    with database.writing() as session:
        for kit, label in zip(made, ('{"a": 1}', "{broken"), strict=True):
            session.execute(update(Installation).where(Installation.id == kit).values(label=label))

    with pytest.raises(Unavailable), database.looking() as connection:
        LABELS.all(connection)


@pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)
def test_whoever_is_told_to_go_while_he_waits_is_not_told_of_the_database(deployment: Deployment) -> None:
    database = deployment.runtime.database

    with interrupted_soon(SystemExit()), pytest.raises(SystemExit), database.writing() as session:
        SLEEP.all(session.connection())

    with database.looking() as connection:
        assert ACTIVATED.all(connection, ids=[]) == []


@pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)
def test_names_of_every_script_are_kept_whatever_the_address_says(deployment: Deployment) -> None:
    database = Database(f"{deployment.database_url}&client_encoding=LATIN1")
    with database.looking() as connection:
        assert ECHO.scalar(connection, name="Żółć ☃") == "Żółć ☃"
    database.close()
