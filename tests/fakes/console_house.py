"""The console over HTTP with everything around it, and what a person does there."""

import re
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient

from calls.kinds import Kind
from calls.log import CallLog
from console.blueprint import make_console
from console.deps import ConsoleDeps
from qa.models import QaScore
from recordings.models import Recording, TranscriptSegment
from routing.plan import Priority, PriorityTerm, RoutePlan
from security.sessions import start_session

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse"
SID = "CA" + "1" * 32
TERMS = (PriorityTerm("vip", 60, "gold member"), PriorityTerm("emotion", 120, "furious"))
PLAN = RoutePlan("appliance", ("appliance", "lang_zh"), Priority(TERMS, 180), "broken fridge")


@dataclass
class House:
    """The console with everything around it."""

    deps: ConsoleDeps
    log: CallLog
    app: Flask
    clock: list[datetime]
    woken: list[str] = field(default_factory=list)

    @property
    def now_ms(self) -> int:
        return self.deps.now_ms

    def visitor(self) -> FlaskClient:
        return self.app.test_client()

    def person(self, name: str) -> FlaskClient:
        """A browser that is logged in; the log-in itself (slow hashing) has its own tests."""
        client = self.visitor()
        user = self.deps.users.get(name)
        assert user is not None
        with client.session_transaction() as cookie:
            start_session(cookie, user, self.clock[0])
        return client


def make_app(deps: ConsoleDeps) -> Flask:
    app = Flask("console")
    app.config["SECRET_KEY"] = "k" * 32
    app.register_blueprint(make_console(deps))
    return app


def token_of(client: FlaskClient, path: str = "/login") -> str:
    page = client.get(path, follow_redirects=True).text
    found = re.search(r'<meta name="csrf-token" content="([^"]+)"', page)
    assert found, page[:500]
    return found.group(1)


def log_in(client: FlaskClient, name: str, password: str = PASSWORD, **more: str):
    form = {"username": name, "password": password, "csrf_token": token_of(client), **more}
    return client.post("/login", data=form)


def post(client: FlaskClient, path: str, **form: str):
    return client.post(path, data=form, headers={"X-CSRF-Token": token_of(client, "/desk")})


def a_call(house: House, sid: str = SID, caller: str = "+8613800000103", status: str = "bot"):
    now = house.clock[0]
    house.log.open_call(
        sid, caller=caller, called="+864008000001", language="zh", customer_id="C1", now=now
    )
    house.log.append(sid, Kind.RINGING, now, caller="+86138****0103", language="zh")
    house.log.update(sid, status=status)


def waits_in_line(house: House, sid: str = SID) -> None:
    story = ("冰箱坏了", "订单 202511070003 已签收")
    house.deps.waiting.join(
        sid, PLAN, house.now_ms, language="zh", story=story, caller_masked="+86138****0103"
    )


def recorded_call(house: House) -> None:
    a_call(house)
    house.log.end_call(SID, "answered_by_agent", START + timedelta(minutes=2))
    house.deps.recordings_folder.mkdir()
    with wave.open(str(house.deps.recordings_folder / "one.wav"), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\x00\x10\x00\x08" * 8000)
    finding = {
        "criterion": "apology",
        "title": "Apologises",
        "verdict": "fail",
        "weight": 20,
        "points": 0,
        "confidence": 0.9,
        "reason": "no apology within 30 s",
        "evidence": [
            {"quote": "这算什么服务", "party": "caller", "start_ms": 9000, "end_ms": 9900}
        ],
    }
    with house.deps.session_factory.begin() as session:
        session.add(
            Recording(
                sid="RE1",
                call_sid=SID,
                source_url="x",
                state="scored",
                path="one.wav",
                seconds=1.0,
                channels=2,
                announced_at=START,
            )
        )
        session.flush()
        session.add(
            TranscriptSegment(
                recording_sid="RE1",
                party="caller",
                start_ms=1500,
                end_ms=2500,
                text="请打 13800000103",
                confidence=0.8,
            )
        )
        session.add(
            QaScore(
                call_sid=SID,
                scorecard="hotline-basic@1",
                score=62.5,
                band="flag",
                findings=[finding],
                scored_at=START,
            )
        )


def messages(answer) -> Iterator[tuple[str, str, str]]:
    """(event, data, id) of a stream as it comes."""
    for chunk in answer.response:
        text = chunk if isinstance(chunk, str) else chunk.decode()
        lines = [line.partition(": ")[::2] for line in text.strip().split("\n")]
        data = "\n".join(value for name, value in lines if name == "data")
        names = dict(lines)
        if "event" in names:
            yield names["event"], data, names.get("id", "")


def until(stream: Iterator[tuple[str, str, str]], wanted: str, limit: int = 60):
    for _, found in zip(range(limit), stream, strict=False):
        if found[0] == wanted:
            return found
    raise AssertionError(f"{wanted!r} did not come in {limit} messages")
