"""Engines and sessions: SQLite in WAL mode by default, PostgreSQL by address."""

import sqlite3
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker

from ops.database.base import Base

BUSY_MS = 5000
"""How long a writer waits for another process's transaction before it fails."""


def make_engine(url: str) -> Engine:
    """An engine whose waits are limited; SQLite gets WAL, foreign keys and a busy timeout."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": BUSY_MS / 1000})
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    return create_engine(url, pool_pre_ping=True, pool_timeout=BUSY_MS / 1000)


def make_session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions whose objects stay readable after commit."""
    return sessionmaker(engine, expire_on_commit=False)


def create_all(engine: Engine) -> None:
    """Every table of every folder, without migrations: for tests."""
    import_models()
    Base.metadata.create_all(engine)


def import_models() -> None:
    """Make the tables of all folders known to the metadata."""
    from importlib import import_module

    for folder in ("aftersales", "calls", "qa", "queues", "recordings", "security"):
        import_module(f"{folder}.models")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
