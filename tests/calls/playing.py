"""The whole house under test: real processes, stories played in the box, and what came of them.

Every wait has a limit and says what it waited for.
"""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from redis import Redis
from sqlalchemy import select

from app import utc_now
from calls.kinds import Kind
from calls.log import CallLog
from calls.models import Call, CallEvent
from ops.database.engine import make_engine, make_session_factory
from ops.demo_house import DemoHouse, fetch_json
from ops.seed import seed_demo
from queues.models import Agent
from queues.presence import Presence
from queues.reservations import Reservations
from queues.waiting import Waiting
from recordings.models import Recording
from security.models import User
from security.passwords import hash_password

Found = TypeVar("Found")

CHINESE, ENGLISH = "+864008000001", "+864008000002"
LOGISTICS = {"lang_zh": 5, "logistics": 4}
EXTRA_AGENTS = dict.fromkeys(("wen", "jun", "bo", "rui", "yan"), LOGISTICS)
"""Agents of the tests' own: they speak no English and mend no fridges, so that the bundled story's
callers are nothing for them, and its agents nothing for their callers."""

AFTER_CALL_SECONDS = 90.0
"""From hang-up to score, on a busy machine with a cold librosa."""


def wait_until(
    look: Callable[[], Found | None], within: float, what: str | Callable[[], str]
) -> Found:
    """What `look` finds, as soon as it is true; the limit is in seconds."""
    deadline = time.monotonic() + within
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            wanted = what if isinstance(what, str) else what()
            raise AssertionError(f"waited {within:g} s for {wanted}")
        time.sleep(0.05)


class House:
    """A demo house with short leases, and eyes everywhere."""

    def __init__(self, folder: Path, **overrides: str) -> None:
        self.demo = DemoHouse(folder, overrides)
        self.demo.up(lambda _: None)
        self._engine = make_engine(self.demo.settings.store.database_url)
        self.sessions = make_session_factory(self._engine)
        self.log = CallLog(self.sessions, lambda _: None)
        self.redis = Redis.from_url(self.demo.redis.url, decode_responses=True)
        self.waiting = Waiting(self.redis)
        self.reservations = Reservations(self.redis)
        self.presence = Presence(self.redis)
        self._hire(EXTRA_AGENTS)

    def close(self) -> None:
        self.redis.close()
        self._engine.dispose()
        self.demo.down()

    def _hire(self, agents: dict[str, dict[str, int]]) -> None:
        secret = hash_password(self.demo.password)
        with self.sessions.begin() as session:
            for name, skills in agents.items():
                person = {"display_name": name.title(), "role": "agent", "agent_id": name}
                session.merge(
                    Agent(id=name, name=name.title(), skills=skills, endpoint=f"client:{name}")
                )
                session.merge(User(username=name, password_hash=secret, session_epoch=0, **person))

    def stock_the_shop(self) -> None:
        """The shop as at its opening: what other callers sent back is there again."""
        seed_demo(self.sessions, utc_now(), self.demo.password)

    # -- stories

    def play(self, story: str | dict[str, Any]) -> "Played":
        text = story if isinstance(story, str) else yaml.safe_dump(story, allow_unicode=True)
        return Played(self, self._post("/box/stories", {"story": text})["id"])

    def call(self, name: str, number: str, *steps: Any, language: str = "zh") -> "Played":
        """A story of one caller."""
        voice = {"language": language, "variant": "f2" if language == "zh" else "m3"}
        to = CHINESE if language == "zh" else ENGLISH
        caller = {"name": name, "from": number, "to": to, "voice": voice, "steps": list(steps)}
        return self.play({"name": "one_call", "callers": [caller]})

    def agent(self, name: str, *steps: Any) -> "Played":
        """A story of one agent at desk and phone; it ends by itself within a minute."""
        agent = {
            "name": name,
            "address": f"client:{name}",
            "login": {"user": name, "password": self.demo.password},
            "voice": {"language": "zh", "variant": "m1"},
            "steps": list(steps),
        }
        return self.play({"name": "one_agent", "callers": [], "agents": [agent]})

    def _post(self, path: str, body: Any) -> Any:
        data = json.dumps(body).encode()
        url = self.demo.addresses.box_url + path
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                raise AssertionError(f"{path}: {refused.read().decode()}") from None

    # -- what happened

    def row(self, sid: str) -> Call:
        found = self.log.call(sid)
        assert found is not None, f"no record of call {sid}"
        return found

    def call_from(self, number: str) -> Call | None:
        """The latest call of this number."""
        query = select(Call).where(Call.caller_number == number).order_by(Call.started_at.desc())
        with self.sessions() as session:
            return session.scalars(query).first()

    def events(self, sid: str, kind: Kind, **match: Any) -> list[CallEvent]:
        return [
            event
            for event in self.log.events(sid)
            if event.kind == kind and all(event.data.get(k) == v for k, v in match.items())
        ]

    def told(self, sid: str) -> list[tuple[str, dict[str, Any]]]:
        """The call's story, for messages."""
        return [(event.kind, event.data) for event in self.log.events(sid)]

    def talk(self, sid: str) -> str:
        """What was heard and said, a line each."""
        told = [(kind, data) for kind, data in self.told(sid) if "text" in data]
        return "\n".join(f"{kind} {data['text']}" for kind, data in told)

    def wait_event(self, sid: str, kind: Kind, within: float, **match: Any) -> CallEvent:
        return wait_until(
            lambda: (self.events(sid, kind, **match) or [None])[0],
            within,
            lambda: f"{kind.value} {match or ''} of {sid}; it has {self.told(sid)}",
        )

    def outcome(self, sid: str, within: float = 15.0) -> str:
        """How the call ended; the provider tells that a moment after the caller is gone."""
        told: str = self.wait_event(sid, Kind.ENDED, within).data["outcome"]
        return told

    def recordings(self, sid: str) -> list[Recording]:
        with self.sessions() as session:
            return list(session.scalars(select(Recording).where(Recording.call_sid == sid)))

    def journal(self, sid: str, *kinds: str) -> list[dict[str, Any]]:
        """What the box noted about a leg."""
        found: list[dict[str, Any]] = []
        after = 0
        while page := fetch_json(f"{self.demo.addresses.box_url}/box/journal?after={after}"):
            if not page["entries"]:
                break
            after = page["entries"][-1]["seq"]
            found += [e for e in page["entries"] if e["call_sid"] == sid and e["kind"] in kinds]
        return found

    def wait_ended(self, leg_sid: str, within: float) -> dict[str, Any]:
        """How a leg ended in the box."""
        return wait_until(
            lambda: (self.journal(leg_sid, "ended") or [None])[0], within, f"the end of {leg_sid}"
        )

    # -- disasters

    def kill(self, name: str) -> int:
        """kill -9 of a process with all its children; the supervisor starts another."""
        pid = self.demo.supervisor.pid(name)
        assert pid is not None, f"{name} does not run"
        os.killpg(pid, signal.SIGKILL)
        return pid

    def wait_for_another(self, name: str, killed: int, within: float = 40.0) -> None:
        """Until the supervisor has started it again, and it answers if it serves."""
        supervisor, at = self.demo.supervisor, self.demo.addresses
        wait_until(
            lambda: supervisor.pid(name) not in (None, killed),
            within,
            f"{name} to be started again",
        )
        urls = {"web": f"{at.web_url}/health", "media": f"http://127.0.0.1:{at.media}/health"}
        if url := urls.get(name):
            wait_until(lambda: fetch_json(url, seconds=2), within, f"{name} to answer again")


class Played:
    """A story at play in the box."""

    def __init__(self, house: House, story_id: str) -> None:
        self._house = house
        self._path = f"/box/stories/{story_id}"

    def now(self) -> dict[str, Any]:
        told = fetch_json(self._house.demo.addresses.box_url + self._path)
        assert told is not None, "the box does not answer"
        return told

    def call_sid(self, name: str, within: float = 20.0) -> str:
        def look() -> str:
            return next((c["call_sid"] for c in self.now()["callers"] if c["name"] == name), "")

        return wait_until(look, within, f"{name} to call")

    def ended(self, within: float) -> dict[str, Any]:
        """The story's own report at its end."""
        wait_until(
            lambda: self.now()["state"] != "running", within, lambda: f"the end of {self.now()}"
        )
        return self.now()

    def succeeded(self, within: float) -> dict[str, Any]:
        told = self.ended(within)
        sids = [caller["call_sid"] for caller in told["callers"] if caller["call_sid"]]
        assert not told["failures"], (told["failures"], [self._house.told(sid) for sid in sids])
        return told

    def stop(self) -> None:
        """Everybody hangs up now."""
        self._house._post(f"{self._path}/stop", {})
