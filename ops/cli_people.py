"""`hotline users` and `hotline agents`: who may log in, and who takes calls.

A user is a log-in of the console; an agent is a place that calls are offered to. A person who takes
calls is both, and the user names the agent.
"""

import getpass
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from ops.cli_ground import Failed, dump, load_settings, migrate_database

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,31}")
"""Log-in names and agents' ids; an id is a browser phone's identity, too."""
ENDPOINT = re.compile(r"client:[a-zA-Z0-9_.-]{1,57}|\+[1-9][0-9]{6,14}")
SKILL = re.compile(r"([a-z][a-z0-9_]*)=([1-5])")
NAME_LENGTH = 64


@click.group(epilog="Example: hotline users add sara --role supervisor")
def users() -> None:
    """Who may log in to the console: add, list, password, log-out, remove."""


@users.command("add", epilog="Example: hotline users add sara --role supervisor --name Sara")
@click.argument("username")
@click.option("--role", required=True, help="agent, reviewer or supervisor.")
@click.option("--name", default=None, help="As the console shows it. Default: the log-in name.")
@click.option("--agent", default=None, help="The agent that this person is (see: hotline agents).")
@click.option("--password-stdin", is_flag=True, help="Read the password's line; do not ask.")
def add_user(
    username: str, role: str, name: str | None, agent: str | None, password_stdin: bool
) -> None:
    """Let a person log in; asks for the password."""
    from security.roles import permissions_of
    from security.users import Users

    _check_name("log-in name", username)
    shown = _shown_name(name or username)
    with database() as sessions:
        people = Users(sessions)
        permissions_of(role)
        if people.get(username) is not None:
            raise Failed(f"user {username!r} exists already; see: hotline users list")
        _check_agent(sessions, role, agent)
        password = _password(password_stdin)
        people.create(username, password, display_name=shown, role=role, agent_id=agent)
        _note(sessions, "users.add", username, role=role, agent=agent)
    click.echo(f"{username} may log in as {role}")


@users.command("list", epilog="Example: hotline users list --json")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def list_users(as_json: bool) -> None:
    """Everyone who may log in."""
    from security.users import Users

    with database() as sessions:
        rows: list[dict[str, Any]] = [
            {
                "username": user.username,
                "name": user.display_name,
                "role": user.role,
                "agent": user.agent_id,
            }
            for user in Users(sessions).all()
        ]
    if as_json:
        click.echo(dump(rows))
        return
    for row in rows:
        click.echo(
            f"{row['username']:<20} {row['role']:<12} {row['agent'] or '-':<20} {row['name']}"
        )
    if not rows:
        click.echo("nobody may log in yet: hotline users add NAME --role supervisor", err=True)


@users.command("password", epilog="Example: hotline users password sara")
@click.argument("username")
@click.option("--password-stdin", is_flag=True, help="Read the password's line; do not ask.")
def set_password(username: str, password_stdin: bool) -> None:
    """Give a person a new password, and end every session of the old one."""
    from security.users import Users

    with database() as sessions:
        people = Users(sessions)
        people.require(username)
        people.set_password(username, _password(password_stdin))
        _note(sessions, "users.password", username)
    click.echo(f"{username} has a new password and is logged out everywhere")


@users.command("log-out", epilog="Example: hotline users log-out sara")
@click.argument("username")
def log_out(username: str) -> None:
    """End every session that a person has open."""
    from security.users import Users

    with database() as sessions:
        people = Users(sessions)
        people.require(username)
        people.log_out_everywhere(username)
        _note(sessions, "users.log-out", username)
    click.echo(f"{username} is logged out everywhere")


@users.command("remove", epilog="Example: hotline users remove sara")
@click.argument("username")
def remove_user(username: str) -> None:
    """Take a person's log-in away; what the person did stays on record."""
    from security.users import Users

    with database() as sessions:
        gone = Users(sessions).remove(username)
        _note(sessions, "users.remove", username, role=gone.role, agent=gone.agent_id)
    click.echo(f"{username} may not log in any more")


@click.group(epilog="Example: hotline agents add aisha --name Aisha --skill lang_zh=5")
def agents() -> None:
    """Who takes calls: add, list, remove."""


@agents.command(
    "add",
    epilog="Example: hotline agents add aisha --name Aisha --skill lang_zh=5 --skill billing=3",
)
@click.argument("agent_id")
@click.option("--name", required=True, help="As callers' stories and the console show it.")
@click.option("--skill", "skills", multiple=True, help="SKILL=LEVEL, 1 to 5; languages are skills.")
@click.option("--phone", default=None, help="+49... or client:ID. Default: the browser's phone.")
@click.option("--replace", is_flag=True, help="Change the agent that has this id.")
def add_agent(
    agent_id: str, name: str, skills: tuple[str, ...], phone: str | None, replace: bool
) -> None:
    """Add a person who takes calls, or change one."""
    from queues.models import Agent
    from queues.roster import Roster

    _check_name("agent's id", agent_id)
    endpoint = phone or f"client:{agent_id}"
    if not ENDPOINT.fullmatch(endpoint):
        raise Failed(f"phone {endpoint!r} is neither a number such as +4930123456 nor client:ID")
    levels = _levels(skills)
    with database() as sessions:
        roster = Roster(sessions)
        known = roster.get(agent_id) is not None
        if known and not replace:
            raise Failed(f"agent {agent_id!r} exists already; add --replace to change it")
        roster.save(Agent(id=agent_id, name=_shown_name(name), skills=levels, endpoint=endpoint))
        _note(sessions, "agents.replace" if known else "agents.add", agent_id, skills=levels)
    click.echo(f"{agent_id}: {_told(levels)}; counts from the next time the desk is opened")


@agents.command("list", epilog="Example: hotline agents list --json")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def list_agents(as_json: bool) -> None:
    """Everyone who takes calls."""
    from queues.roster import Roster

    with database() as sessions:
        rows: list[dict[str, Any]] = [
            {"id": one.id, "name": one.name, "skills": one.skills, "phone": one.endpoint}
            for one in Roster(sessions).all()
        ]
    if as_json:
        click.echo(dump(rows))
        return
    for row in rows:
        click.echo(f"{row['id']:<20} {row['phone']:<24} {row['name']:<20} {_told(row['skills'])}")
    if not rows:
        click.echo(
            "nobody takes calls yet: hotline agents add ID --name NAME --skill ...", err=True
        )


@agents.command("remove", epilog="Example: hotline agents remove aisha")
@click.argument("agent_id")
def remove_agent(agent_id: str) -> None:
    """No calls for this agent any more; the calls that were answered stay on record."""
    from queues.roster import Roster
    from security.users import Users

    with database() as sessions:
        holder = next((u.username for u in Users(sessions).all() if u.agent_id == agent_id), None)
        if holder:
            first = f"hotline users remove {holder}"
            raise Failed(f"user {holder!r} is agent {agent_id!r}; first: {first}")
        if not Roster(sessions).remove(agent_id):
            raise Failed(f"there is no agent {agent_id!r}; see: hotline agents list")
        _note(sessions, "agents.remove", agent_id)
    click.echo(f"{agent_id} takes no calls any more")


def nobody_may_log_in(settings: Any) -> bool:
    """Whether the table of users is empty: a house that was just installed."""
    from ops.database.engine import make_engine, make_session_factory
    from security.users import Users

    engine = make_engine(settings.store.database_url)
    try:
        return not Users(make_session_factory(engine)).all()
    finally:
        engine.dispose()


@contextmanager
def database() -> Iterator["sessionmaker[Session]"]:
    """The configured database, in today's shape; an error of ours becomes one sentence."""
    from sqlalchemy.exc import SQLAlchemyError

    from ops.database.engine import make_engine, make_session_factory
    from security.errors import SecurityError

    settings = load_settings()
    migrate_database(settings)
    engine = make_engine(settings.store.database_url)
    try:
        yield make_session_factory(engine)
    except SecurityError as problem:
        raise Failed(str(problem)) from problem
    except SQLAlchemyError as problem:
        raise Failed(f"the database did not answer: {problem}; see hotline doctor") from problem
    finally:
        engine.dispose()


def _note(sessions: "sessionmaker[Session]", deed: str, about: str, **details: Any) -> None:
    """Into the audit log, under the name that the person has on this machine."""
    from security.audit import AuditLog

    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        name = str(os.getuid())
    AuditLog(sessions).note(datetime.now(UTC), f"cli:{name}"[:64], deed, about, **details)


def _check_name(what: str, text: str) -> None:
    if not NAME.fullmatch(text):
        raise Failed(
            f"{what} {text!r} should be 1 to 32 small letters, digits, dots, dashes or underscores"
        )


def _shown_name(name: str) -> str:
    if not name.strip() or len(name) > NAME_LENGTH:
        raise Failed(f"name {name!r} has {len(name)} characters; 1 to {NAME_LENGTH} are right")
    return name.strip()


def _check_agent(sessions: "sessionmaker[Session]", role: str, agent: str | None) -> None:
    """An agent's desk needs the agent that sits at it."""
    from queues.roster import Roster

    if agent is None:
        if role == "agent":
            raise Failed("role 'agent' needs --agent ID; see: hotline agents list")
        return
    if Roster(sessions).get(agent) is None:
        raise Failed(f"there is no agent {agent!r}; first: hotline agents add {agent}")


def _password(from_stdin: bool) -> str:
    """Asked for twice, or the line that a program writes; never an argument, which others see."""
    if not from_stdin:
        return str(click.prompt("password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _levels(given: tuple[str, ...]) -> dict[str, int]:
    """Skills that some queue asks for, a language among them; all problems at once."""
    from routing.rules import load_rules

    rules = load_rules()
    languages = set(rules.languages.values())
    asked = {skill for queue in rules.queues for skill in (*queue.skills, *queue.preferred)}
    levels, problems = {}, []
    for text in given:
        found = SKILL.fullmatch(text)
        if found is None:
            problems.append(f"--skill {text!r} should be SKILL=LEVEL, such as lang_zh=5 (1 to 5)")
        elif found[1] not in languages | asked:
            known = ", ".join(sorted(languages | asked))
            problems.append(f"no queue asks for the skill {found[1]!r}; known are {known}")
        else:
            levels[found[1]] = int(found[2])
    if not problems and not languages & set(levels):
        wanted = " or ".join(f"--skill {language}=5" for language in sorted(languages))
        problems.append(f"every call asks for its language: add {wanted}")
    if problems:
        raise Failed("\n".join(problems))
    return levels


def _told(levels: dict[str, int]) -> str:
    return ", ".join(f"{skill} {level}" for skill, level in sorted(levels.items()))
