"""Who installs Hotline lets people in: `hotline users` and `hotline agents` on a real database."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result

from ops.cli_people import nobody_may_log_in
from ops.database.engine import make_engine, make_session_factory
from ops.settings import Settings
from security.sessions import Session, is_current
from security.users import Users
from tests.fakes.command import Hotline, hotline_in
from tests.fakes.environment import demo

PASSWORD = "correct horse"


@pytest.fixture
def hotline(tmp_path: Path) -> Hotline:
    return hotline_in(tmp_path)


@pytest.fixture
def users(hotline: Hotline, tmp_path: Path) -> Iterator[Users]:
    assert hotline("users list").exit_code == 0  # makes the tables
    engine = make_engine(Settings.from_env(demo(tmp_path)).store.database_url)
    yield Users(make_session_factory(engine))
    engine.dispose()


def says(result: Result) -> str:
    assert result.exit_code == 1, result.output
    return result.stderr


def add_sara(hotline: Hotline, *more: str) -> Result:
    line = " ".join(("users add sara --role supervisor --password-stdin", *more))
    return hotline(line, f"{PASSWORD}\n")


def add_aisha(hotline: Hotline, *more: str) -> Result:
    return hotline(" ".join(("agents add aisha --name Aisha --skill lang_zh=5", *more)))


def test_the_first_supervisor_may_log_in(hotline: Hotline, users: Users, tmp_path: Path) -> None:
    settings = Settings.from_env(demo(tmp_path))
    assert nobody_may_log_in(settings)

    assert add_sara(hotline, "--name Sara").exit_code == 0

    sara = users.verify("sara", PASSWORD)
    assert sara is not None and (sara.role, sara.display_name) == ("supervisor", "Sara")
    assert not nobody_may_log_in(settings)


def test_a_password_is_asked_for_twice_and_not_shown(hotline: Hotline, users: Users) -> None:
    asked = hotline("users add sara --role supervisor", f"{PASSWORD}\n{PASSWORD}\n")

    assert asked.exit_code == 0 and PASSWORD not in asked.output
    assert users.verify("sara", PASSWORD) is not None


@pytest.mark.parametrize(
    "line", ["users add sara hunter22 --role supervisor", "users password a b"]
)
def test_a_password_is_never_an_argument(hotline: Hotline, line: str) -> None:
    assert hotline(line).exit_code == 2


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "users add sara --role boss",
            "unknown role 'boss'; known are agent, reviewer, supervisor",
        ),
        ("users add Sara! --role reviewer", "log-in name 'Sara!' should be"),
        ("users add tomas --role agent", "role 'agent' needs --agent ID"),
        ("users add tomas --role agent --agent tomas", "there is no agent 'tomas'"),
        ("users password nobody", "there is no user 'nobody'; see: hotline users list"),
        ("users log-out nobody", "there is no user 'nobody'"),
        ("users remove nobody", "there is no user 'nobody'"),
        ("agents remove nobody", "there is no agent 'nobody'; see: hotline agents list"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(hotline: Hotline, line: str, sentence: str) -> None:
    assert sentence in says(hotline(line, f"{PASSWORD}\n"))


def test_a_short_password_is_refused_and_nobody_is_added(hotline: Hotline, users: Users) -> None:
    refused = hotline("users add sara --role supervisor --password-stdin", "short\n")

    assert "password has 5 characters; at least 8 are needed" in says(refused)
    assert users.get("sara") is None


def test_a_name_that_is_taken_is_refused_before_a_password_is_asked_for(hotline: Hotline) -> None:
    add_sara(hotline)

    assert "user 'sara' exists already" in says(hotline("users add sara --role reviewer"))


def test_a_new_password_ends_the_sessions_of_the_old_one(hotline: Hotline, users: Users) -> None:
    add_sara(hotline)
    before = session_of(users)

    assert hotline("users password sara --password-stdin", "another horse\n").exit_code == 0

    assert users.verify("sara", PASSWORD) is None
    assert users.verify("sara", "another horse") is not None
    assert not is_current(before, users.get("sara"))


@pytest.mark.parametrize("deed", ["log-out", "remove"])
def test_open_sessions_end(hotline: Hotline, users: Users, deed: str) -> None:
    add_sara(hotline)
    before = session_of(users)

    assert hotline(f"users {deed} sara").exit_code == 0

    assert not is_current(before, users.get("sara"))


def test_who_gets_the_name_of_somebody_who_left_gets_none_of_the_sessions(
    hotline: Hotline, users: Users
) -> None:
    add_sara(hotline)
    before = session_of(users)
    hotline("users remove sara")
    add_sara(hotline)

    assert not is_current(before, users.get("sara"))


def session_of(users: Users) -> Session:
    sara = users.get("sara")
    assert sara is not None
    return Session("sara", sara.session_epoch, datetime(2026, 11, 22, tzinfo=UTC))


def test_people_and_programs_see_who_may_log_in_and_who_takes_calls(hotline: Hotline) -> None:
    add_aisha(hotline, "--skill appliance=4")
    hotline("users add aisha --role agent --agent aisha --password-stdin", f"{PASSWORD}\n")

    assert json.loads(hotline("users list --json").stdout) == [
        {"username": "aisha", "name": "aisha", "role": "agent", "agent": "aisha"}
    ]
    assert json.loads(hotline("agents list --json").stdout) == [
        {
            "id": "aisha",
            "name": "Aisha",
            "skills": {"appliance": 4, "lang_zh": 5},
            "phone": "client:aisha",
        }
    ]
    assert "appliance 4, lang_zh 5" in hotline("agents list").stdout
    assert "aisha" in hotline("users list").stdout


@pytest.mark.parametrize(
    ("skills", "sentence"),
    [
        ("", "every call asks for its language"),
        ("--skill appliance=3", "add --skill lang_en=5 or --skill lang_zh=5"),
        ("--skill lang_zh=6", "--skill 'lang_zh=6' should be SKILL=LEVEL"),
        ("--skill lang_zh=5 --skill cooking=3", "no queue asks for the skill 'cooking'; known are"),
        ("--skill lang_zh=5 --phone 12", "phone '12' is neither a number"),
    ],
)
def test_an_agent_whom_no_call_would_reach_is_refused(
    hotline: Hotline, skills: str, sentence: str
) -> None:
    assert sentence in says(hotline(f"agents add aisha --name Aisha {skills}"))
    assert json.loads(hotline("agents list --json").stdout) == []


def test_an_agent_is_changed_only_when_asked_to(hotline: Hotline) -> None:
    add_aisha(hotline)

    assert "add --replace" in says(add_aisha(hotline))
    assert add_aisha(hotline, "--replace --phone +4930123456").exit_code == 0
    (aisha,) = json.loads(hotline("agents list --json").stdout)
    assert aisha["phone"] == "+4930123456"


def test_an_agent_whose_person_may_still_log_in_stays(hotline: Hotline) -> None:
    add_aisha(hotline)
    hotline("users add aisha --role agent --agent aisha --password-stdin", f"{PASSWORD}\n")

    assert "first: hotline users remove aisha" in says(hotline("agents remove aisha"))
    hotline("users remove aisha")
    assert hotline("agents remove aisha").exit_code == 0
