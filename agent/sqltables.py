"""The journal's tables in SQL, and how a store that holds them is opened.

Knows nothing of what a record says.
"""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url

from agent.journal import PAGE_EVENT, record_adapter, shopper_of

BUSY_MILLISECONDS = 5000

_metadata = MetaData()
records = Table(
    "records",
    _metadata,
    Column("n", Integer, primary_key=True, autoincrement=True),
    Column("session_id", String(256), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("key", String(256)),
    Column("time", String(40), nullable=False),
    Column("body", Text, nullable=False),
    sqlite_autoincrement=True,
)
Index("records_of_session", records.c.session_id, records.c.n)
consent_only = text("kind = 'consent'")
"""In words that the planner recognises as the condition of the index."""
Index(
    "consents_of_session",
    records.c.session_id,
    records.c.kind,
    records.c.n,
    sqlite_where=consent_only,
    postgresql_where=consent_only,
)
Index(
    "handoffs_in_order",
    records.c.n,
    sqlite_where=text("kind = 'handoff'"),
    postgresql_where=text("kind = 'handoff'"),
)
for _name, _kind, _columns in (
    ("events_once", "event", (records.c.key,)),
    ("messages_once", "message", (records.c.session_id, records.c.key)),
    ("persons_once", "person", (records.c.session_id, records.c.key)),
    ("page_events_once", PAGE_EVENT, (records.c.session_id, records.c.key)),
):
    _only = text(f"kind = '{_kind}'")
    Index(_name, *_columns, unique=True, sqlite_where=_only, postgresql_where=_only)
frames = Table(
    "frames",
    _metadata,
    Column("session_id", String(256), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)
shoppers = Table(
    "shoppers",
    _metadata,
    Column("user_id", String(256), primary_key=True),
    Column("session_id", String(256), primary_key=True),
    sqlite_with_rowid=False,
)
Index("shoppers_of_session", shoppers.c.session_id)
_journal = Table(
    "journal",
    _metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("identity", String(32), nullable=False),
)


def opened(url: str) -> Engine:
    """The store at this SQLAlchemy URL, with its tables and indexes made where they are missing. Raises
    SQLAlchemyError, and ImportError where the database's driver is not installed."""
    address = make_url(url)
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    # A server may have closed a connection that lay idle, or have been started again.
    engine = create_engine(address, pool_pre_ping=address.get_backend_name() != "sqlite")
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _safe_and_shared)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":  # the driver does not begin a transaction for tables by itself
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        without = not inspect(connection).has_table(shoppers.name)
        _metadata.create_all(connection)
        if without:
            _name_shoppers(connection)
        connection.execute(_once(engine, _journal), {"one": 1, "identity": uuid4().hex})
    for index in records.indexes:  # of a journal that an earlier version made
        index.create(engine, checkfirst=True)
    return engine


def records_once(engine: Engine) -> Any:
    """The statement that writes records, leaves out those whose key is there, and returns `kind` and `key` of the
    others."""
    return _once(engine, records).returning(records.c.kind, records.c.key)


def shoppers_once(engine: Engine) -> Any:
    """The statement that ties sessions to shoppers and leaves out what is there."""
    return _once(engine, shoppers)


def identity(connection: Connection) -> str:
    """What tells this store from any other. Raises SQLAlchemyError."""
    return connection.execute(select(_journal.c.identity)).scalar_one()


def _once(engine: Engine, table: Table) -> Any:
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    return dialect.insert(table).on_conflict_do_nothing()


def _name_shoppers(connection: Connection) -> None:
    """Of a journal that an earlier version made: tie its sessions to the shoppers that the shop named."""
    found: set[tuple[str, str]] = set()
    for session_id, body in connection.execute(
        select(records.c.session_id, records.c.body).where(records.c.kind == "event")
    ):
        user_id = shopper_of(record_adapter.validate_json(body))
        if user_id:
            found.add((user_id, session_id))
    if found:
        rows = [{"user_id": user_id, "session_id": session_id} for user_id, session_id in found]
        connection.execute(insert(shoppers), rows)


def erased(connection: Connection, work: Callable[[Connection], int]) -> int:
    """Do this and commit it, and see to it that what was deleted is in no file of the store any more. Raises
    SQLAlchemyError."""
    sqlite_file = connection.dialect.name == "sqlite"
    if sqlite_file:
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
    count = work(connection)
    connection.commit()
    if sqlite_file:
        connection.exec_driver_sql("PRAGMA secure_delete=OFF")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return count


def _safe_and_shared(connection: Any, _: Any) -> None:
    """On every SQLite connection: readers beside one writer, and a commit that has reached the disk."""
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()
