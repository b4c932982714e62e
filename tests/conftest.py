"""Fixtures that every test may use: a real redis-server and a real SQLite file of our own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis as redis_client
from sqlalchemy.orm import Session, sessionmaker

from ops.redis_server import RedisServer


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """Address of the tests' own server, emptied for this test."""
    client = redis_client.Redis.from_url(redis_server.url)
    client.flushall()
    client.close()
    return redis_server.url


@pytest.fixture
def redis(redis_url: str) -> Iterator[redis_client.Redis]:
    client = redis_client.Redis.from_url(redis_url, decode_responses=True)
    yield client
    client.close()


@pytest.fixture
def session_factory(tmp_path: Path) -> Iterator[sessionmaker[Session]]:
    """Sessions on an empty SQLite file with every table."""
    from ops.database.engine import create_all, make_engine

    engine = make_engine(f"sqlite:///{tmp_path / 'hotline.db'}")
    create_all(engine)
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()
