"""Who let people in and out is kept, in a chain that shows what was altered."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session, sessionmaker

from security.audit import AuditLog
from security.models import AuditEntry
from tests.fakes.command import Hotline, hotline_in

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def hotline(tmp_path: Path) -> Hotline:
    return hotline_in(tmp_path)


@pytest.fixture
def log(session_factory: sessionmaker[Session]) -> AuditLog:
    log = AuditLog(session_factory)
    for name in ("sara", "noor", "sam"):
        log.note(NOW, "cli:root", "users.remove", name, role="supervisor")
    return log


def test_every_change_of_users_and_agents_is_kept_with_who_did_it(hotline: Hotline) -> None:
    password = "correct horse\n"
    for line in (
        "agents add tomas --name Tomas --skill lang_zh=5",
        "agents add tomas --name Tomas --skill lang_zh=3 --replace",
        "users add tomas --role agent --agent tomas --password-stdin",
        "users password tomas --password-stdin",
        "users log-out tomas",
        "users remove tomas",
        "agents remove tomas",
    ):
        done = hotline(line, password)
        assert done.exit_code == 0, done.output

    told = json.loads(hotline("audit --json").stdout)

    entries = told["entries"]
    assert [entry["deed"] for entry in reversed(entries)] == [
        "agents.add",
        "agents.replace",
        "users.add",
        "users.password",
        "users.log-out",
        "users.remove",
        "agents.remove",
    ]
    assert all(e["about"] == "tomas" and e["by"].startswith("cli:") for e in entries)
    assert entries[1]["details"] == {"role": "agent", "agent": "tomas"}
    assert told["first_altered"] is None and "correct horse" not in json.dumps(told)
    assert "users.remove" in hotline("audit").stdout


def test_what_was_refused_is_no_deed(hotline: Hotline) -> None:
    assert hotline("users remove nobody").exit_code == 1
    assert hotline("agents remove nobody").exit_code == 1

    assert json.loads(hotline("audit --json").stdout)["entries"] == []


def test_an_untouched_chain_is_whole(log: AuditLog) -> None:
    assert log.first_altered() is None
    assert [entry.about for entry in log.entries()] == ["sam", "noor", "sara"]


@pytest.mark.parametrize("column", [{"about": "eve"}, {"by": "cli:eve"}, {"details": {}}])
def test_an_entry_that_was_altered_is_found(
    log: AuditLog, session_factory: sessionmaker[Session], column: dict[str, object]
) -> None:
    second = log.entries()[1].id
    with session_factory.begin() as session:
        session.execute(update(AuditEntry).where(AuditEntry.id == second).values(**column))

    assert log.first_altered() == second


def test_an_entry_that_was_taken_away_is_missed(
    log: AuditLog, session_factory: sessionmaker[Session]
) -> None:
    newest, second, _ = (entry.id for entry in log.entries())
    with session_factory.begin() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.id == second))

    assert log.first_altered() == newest


def test_two_who_write_at_once_make_one_chain(session_factory: sessionmaker[Session]) -> None:
    log = AuditLog(session_factory)
    with ThreadPoolExecutor(3) as pool:
        work = [pool.submit(log.note, NOW, "cli:a", "users.add", f"n{i}") for i in range(9)]
        for one in work:
            one.result(timeout=30)

    assert len(log.entries()) == 9 and log.first_altered() is None
