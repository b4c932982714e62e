"""The console over HTTP on a real SQLite file and a real redis-server."""

import re
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy.orm import Session, sessionmaker

from calls.kinds import Kind
from calls.live import LiveFeed
from calls.log import CallLog
from console.blueprint import make_console
from console.deps import ConsoleDeps
from console.vendor import Vendor
from ops.settings import PhoneSettings
from qa.models import QaScore
from queues.models import Agent
from queues.presence import Presence
from queues.reservations import Reservations
from queues.roster import Roster
from queues.waiting import Waiting
from recordings.models import Recording, TranscriptSegment
from routing.plan import Priority, PriorityTerm, RoutePlan
from security.sessions import start_session
from security.users import Users

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


@pytest.fixture(scope="session")
def password_hash() -> str:
    from security.passwords import hash_password

    return hash_password(PASSWORD)


@pytest.fixture
def house(
    redis: Redis, session_factory: sessionmaker[Session], tmp_path: Path, password_hash: str
) -> House:
    from security.models import User

    clock = [START]
    feed = LiveFeed(redis)
    woken: list[str] = []
    deps = ConsoleDeps(
        session_factory=session_factory,
        redis=redis,
        users=Users(session_factory),
        call_log=(log := CallLog(session_factory, feed.publish)),
        live=feed,
        presence=Presence(redis),
        reservations=Reservations(redis),
        waiting=Waiting(redis),
        roster=Roster(session_factory),
        recordings_folder=tmp_path / "recordings",
        phone=PhoneSettings("box", "http://127.0.0.1:8100"),
        token_for=None,
        now=lambda: clock[0],
        wake_dispatcher=lambda: woken.append("now"),
    )
    people = (
        ("aisha", "agent", "aisha"),
        ("tomas", "agent", "tomas"),
        ("noor", "reviewer", None),
        ("boss", "supervisor", None),
        ("sam", "agent", None),
    )
    with session_factory.begin() as session:
        session.add(
            Agent(
                id="aisha",
                name="Aisha",
                skills={"lang_zh": 5, "lang_en": 4, "appliance": 4},
                endpoint="client:aisha",
            )
        )
        session.add(
            Agent(
                id="tomas",
                name="Tomas",
                skills={"lang_en": 5, "billing": 3},
                endpoint="client:tomas",
            )
        )
        for name, role, agent in people:
            session.add(
                User(
                    username=name,
                    display_name=name.title(),
                    password_hash=password_hash,
                    role=role,
                    agent_id=agent,
                )
            )
    return House(deps, log, make_app(deps), clock, woken)


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


# ---------------------------------------------------------------------- log-in


@pytest.mark.parametrize(
    ("name", "home"), [("aisha", "/desk"), ("noor", "/calls"), ("boss", "/live")]
)
def test_everybody_lands_on_the_page_they_work_on(house, name, home):
    client = house.visitor()
    assert log_in(client, name).location == home
    assert client.get("/").location == home


def test_a_wrong_password_and_a_wrong_name_get_the_same_answer(house):
    client = house.visitor()
    wrong = log_in(client, "aisha", "incorrect horse")
    unknown = log_in(client, "nobody", "incorrect horse")

    assert wrong.status_code == unknown.status_code == 401
    assert "do not belong together" in wrong.text
    assert client.get("/desk").status_code == 302


def test_guessing_is_slowed_down_by_name_and_address_only(house, redis):
    client = house.visitor()
    answers = [log_in(client, "aisha", f"guess {n}").status_code for n in range(7)]

    assert answers == [401] * 6 + [429]
    assert log_in(client, "aisha").status_code == 429
    assert log_in(house.visitor(), "tomas").status_code == 303
    (key,) = redis.keys("login:attempts:*")
    assert 0 < redis.ttl(key) <= 300


def test_logging_in_leaves_the_visitors_token_behind(house):
    client = house.visitor()
    before = token_of(client)
    log_in(client, "aisha")

    assert token_of(client, "/desk") != before
    cookie = client.get_cookie("hotline_session")
    assert cookie.http_only and cookie.same_site == "Lax"


def test_raising_the_epoch_logs_out_everywhere(house):
    client = house.person("aisha")
    assert client.get("/desk").status_code == 200

    house.deps.users.log_out_everywhere("aisha")

    assert client.get("/desk").status_code == 302


def test_a_log_in_leads_back_to_the_page_that_asked_for_it(house):
    asked = house.visitor().get("/calls?page=2")
    assert asked.location == "/login?next=/calls?page%3D2"
    assert log_in(house.visitor(), "noor", next="/calls?page=2").location == "/calls?page=2"
    assert log_in(house.visitor(), "noor", next="//evil.example").location == "/calls"


def test_logging_out_ends_the_session_and_the_presence(house):
    client = house.person("aisha")
    post(client, "/desk/status", status="available")

    assert post(client, "/logout").location == "/login"
    assert house.deps.presence.get("aisha").status == "logged_out"
    assert client.get("/desk").status_code == 302


# ---------------------------------------------------------------------- guards


@pytest.mark.parametrize(
    "path",
    ["/login", "/logout", "/language", "/desk/status", "/desk/heartbeat", "/desk/wrap-up/done"],
)
def test_a_post_without_the_token_changes_nothing(house, path):
    client = house.person("aisha")

    assert client.post(path, data={"status": "available"}).status_code == 400
    forged = client.post(path, data={}, headers={"X-CSRF-Token": "forged"})
    assert forged.status_code == 400


@pytest.mark.parametrize(
    ("name", "path", "right"),
    [
        ("aisha", "/live", "live.view"),
        ("aisha", "/live/events", "live.view"),
        ("aisha", f"/calls/{SID}/audio", "calls.listen"),
        ("aisha", f"/calls/{SID}", "calls.view"),
        ("noor", "/desk", "desk.use"),
        ("noor", "/live", "live.view"),
        ("boss", "/desk/events", "desk.use"),
    ],
)
def test_a_missing_right_is_named(house, name, path, right):
    answer = house.person(name).get(path)

    assert answer.status_code == 403
    assert right in answer.text


@pytest.mark.parametrize(
    "path", ["/live/events", "/desk/events", "/desk/token", f"/calls/{SID}/peaks.json"]
)
def test_data_for_a_visitor_is_401_and_no_page(house, path):
    assert house.visitor().get(path).status_code == 401


@pytest.mark.parametrize("path", ["/calls/CA-unknown", "/calls/CA-unknown/audio", "/no/such/page"])
def test_what_does_not_exist_is_a_page_that_says_so(house, path):
    answer = house.person("boss").get(path)

    assert answer.status_code == 404
    assert "Nothing here" in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_every_answer_carries_the_security_headers(house):
    client = house.person("boss")
    for path in ("/live", "/calls", "/static/console/console.css", "/calls/none"):
        with client.get(path) as answer:
            headers = answer.headers
        assert "default-src 'none'" in headers["Content-Security-Policy"], path
        assert "unsafe" not in headers["Content-Security-Policy"], path
        assert headers["X-Content-Type-Options"] == "nosniff", path


def test_a_reader_chooses_the_language(house):
    client = house.person("boss")
    form = {"language": "zh", "next": "/live", "csrf_token": token_of(client, "/live")}

    assert client.post("/language", data=form).location == "/live"
    assert "正在通话" in client.get("/live").text


def test_parts_that_are_not_installed_are_named_and_the_page_still_works(house, tmp_path):
    app = Flask("console")
    app.config["SECRET_KEY"] = "k" * 32
    app.register_blueprint(make_console(house.deps, Vendor(tmp_path / "nothing")))
    recorded_call(house)
    client = app.test_client()
    log_in(client, "boss")

    live, call = client.get("/live").text, client.get(f"/calls/{SID}").text

    assert "htmx.js is not installed" in live and "make setup" in live
    assert "wavesurfer.js is not installed" in call and "<audio" in call
    assert client.get("/static/vendor/htmx.js").status_code == 404


def test_parts_are_served_by_their_listed_names_only(house):
    client = house.visitor()
    for path in ("package.json", "..%2fpackage.json", "htmx.org/dist/htmx.js"):
        assert client.get(f"/static/vendor/{path}").status_code == 404


def test_without_redis_the_page_says_what_is_wrong(house):
    from redis import Redis

    nowhere = Redis(port=1, socket_connect_timeout=0.2, decode_responses=True)
    deps = replace(house.deps, presence=Presence(nowhere), waiting=Waiting(nowhere))
    away = replace(house, deps=deps, app=make_app(deps))

    answer = away.person("boss").get("/live")

    assert answer.status_code == 503
    assert "Redis" in answer.text and "hotline doctor" in answer.text


# ------------------------------------------------------------------------ desk


def test_a_login_without_an_agent_has_no_desk(house):
    answer = house.person("sam").get("/desk")

    assert answer.status_code == 404
    assert "belongs to no agent" in answer.text


def test_going_available_tells_the_queues_and_wakes_the_dispatcher(house):
    client = house.person("aisha")

    answer = post(client, "/desk/status", status="available")

    assert answer.json == {"status": "available", "state": "idle", "reservation_id": None}
    assert house.woken == ["now"]
    assert house.deps.presence.get("aisha").endpoint == "client:aisha"


def test_an_unknown_status_is_refused_with_the_known_ones(house):
    answer = post(house.person("aisha"), "/desk/status", status="asleep")

    assert answer.status_code == 400
    assert "available, break, logged_out" in answer.json["error"]


def test_the_desk_hears_offer_connected_and_ended_in_order(house):
    client = house.person("aisha")
    post(client, "/desk/status", status="available")
    a_call(house)
    house.log.append(SID, Kind.HEARD, START, turn=1, text="冰箱坏了", confidence=0.9)
    waits_in_line(house)
    with client.get("/desk/events") as answer:
        news = messages(answer)
        assert '"state": "idle"' in until(news, "state")[1]

        offer = house.deps.reservations.reserve_next(house.now_ms, 20_000)
        data = until(news, "offer")[1]
        assert offer.id in data and SID in data
        assert "订单 202511070003 已签收" in data and "冰箱坏了" in data
        assert "13800000103" not in data

        house.deps.reservations.accept(offer.id, house.now_ms)
        assert SID in until(news, "connected")[1]

        house.deps.reservations.complete(offer.id, house.now_ms)
        assert SID in until(news, "ended")[1]

    assert post(client, "/desk/wrap-up/done").json["state"] == "idle"


def test_a_desk_that_comes_back_is_told_of_its_call_again(house):
    client = house.person("aisha")
    post(client, "/desk/status", status="available")
    a_call(house)
    waits_in_line(house)
    offer = house.deps.reservations.reserve_next(house.now_ms, 20_000)
    house.deps.reservations.accept(offer.id, house.now_ms)

    with client.get("/desk/events") as answer:
        assert SID in until(messages(answer), "connected")[1]


def test_the_talk_of_the_own_call_arrives_and_of_others_does_not(house):
    client = house.person("aisha")
    post(client, "/desk/status", status="available")
    a_call(house)
    a_call(house, "CA-other")
    waits_in_line(house)
    house.deps.reservations.reserve_next(house.now_ms, 20_000)
    with client.get("/desk/events") as answer:
        news = messages(answer)
        until(news, "offer")
        house.log.append("CA-other", Kind.HEARD, START, turn=1, text="别人的话", confidence=0.9)
        house.log.append(SID, Kind.HEARD, START, turn=2, text="快一点", confidence=0.9)
        data = until(news, "talk")[1]

    assert "快一点" in data
    assert "别人的话" not in data


def test_a_voice_token_is_for_the_agents_own_identity(house):
    assert house.person("aisha").get("/desk/token").status_code == 404

    deps = replace(house.deps, token_for=lambda who: f"token of {who}")
    client = make_app(deps).test_client()
    log_in(client, "aisha")

    answer = client.get("/desk/token")
    assert answer.json == {"identity": "aisha", "token": "token of aisha"}
    assert answer.headers["Cache-Control"] == "no-store"


# ------------------------------------------------------------------ live calls


def test_the_live_page_shows_who_waits_and_why_first(house):
    a_call(house, status="waiting")
    waits_in_line(house)
    house.deps.presence.sign_in("tomas", "Tomas", {"lang_en": 5}, "client:tomas", house.now_ms)

    page = house.person("boss").get("/live").text

    assert "+86138****0103" in page and "13800000103" not in page
    assert "head start 180 s" in page and "gold member" in page
    assert "Tomas" in page


def test_live_events_come_by_kind_and_go_on_after_the_last_one_seen(house):
    client = house.person("boss")
    a_call(house)
    with client.get("/live/events") as answer:
        news = messages(answer)
        assert until(news, "calls")[0] == "calls"
        house.log.append(SID, Kind.HEARD, START, turn=1, text="我要退货", confidence=0.9)
        _, card, last_id = until(news, Kind.HEARD.value)
        assert "我要退货" in card and f'id="call-{SID}"' in card

    house.log.append(SID, Kind.REPLIED, START, turn=1, text="好的", latency_ms=400)
    with client.get("/live/events", headers={"Last-Event-ID": last_id}) as answer:
        kinds = [next(news)[0] for news in [messages(answer)] for _ in range(4)]
    assert Kind.REPLIED.value in kinds
    assert Kind.HEARD.value not in kinds


def test_what_a_caller_says_is_never_run_as_html(house):
    a_call(house)
    attack = '<img src=x onerror="alert(1)">'
    house.log.append(SID, Kind.HEARD, START, turn=1, text=attack, confidence=0.9)

    page = house.person("boss").get("/live").text

    assert attack not in page
    assert "&lt;img src=x" in page


def test_too_many_watchers_are_refused_and_find_room_when_one_leaves(house):
    deps = replace(house.deps, live_streams=1)
    app = make_app(deps)
    client = app.test_client()
    log_in(client, "boss")
    house.deps.users.create("boss2", PASSWORD, display_name="Other boss", role="supervisor")
    other = app.test_client()
    log_in(other, "boss2")
    first = client.get("/live/events")

    assert other.get("/live/events").status_code == 503
    first.close()
    again = other.get("/live/events")
    assert again.status_code == 200
    again.close()


# ----------------------------------------------------------------------- calls


def test_the_list_pages_by_fifty_and_masks_every_number(house):
    for n in range(51):
        house.clock[0] = START + timedelta(minutes=n)
        a_call(house, f"CA{n:032}", f"+8613800001{n:03}")
    client = house.person("noor")

    first, second = client.get("/calls").text, client.get("/calls?page=2").text

    assert first.count("/calls/CA") == 50
    assert second.count("/calls/CA") == 1
    assert "+86138****1050" in first
    assert "+8613800001" not in first + second


def test_the_list_is_narrowed_by_what_the_reader_chooses(house):
    recorded_call(house)
    a_call(house, "CA-other", "+8613800000999")
    client = house.person("noor")

    assert client.get("/calls?outcome=answered_by_agent").text.count("/calls/CA") == 1
    assert SID in client.get("/calls?band=flag").text
    assert "CA-other" not in client.get("/calls?band=flag").text
    assert "CA-other" in client.get("/calls?tail=0999").text
    assert client.get("/calls?language=en").text.count("/calls/CA") == 0


def test_a_call_page_shows_findings_with_their_place_in_the_sound(house):
    recorded_call(house)
    page = house.person("noor").get(f"/calls/{SID}").text

    assert "Apologises" in page and "no apology within 30 s" in page
    assert 'data-start="9000"' in page and "这算什么服务" in page
    assert 'data-start="1500"' in page and "请打 138****0103" in page
    assert "62.5 of 100" in page
    assert "13800000103" not in page


def test_the_sound_is_served_in_ranges_to_those_who_may_listen(house):
    recorded_call(house)
    client = house.person("noor")
    path = f"/calls/{SID}/audio"

    with client.get(path, headers={"Range": "bytes=0-99"}) as part:
        assert part.status_code == 206
        assert len(part.data) == 100 and part.data[:4] == b"RIFF"
    assert client.get(path, headers={"Range": "bytes=999999-"}).status_code == 416
    with client.get(path) as whole:
        assert whole.mimetype == "audio/wav"


def test_the_waveform_has_a_line_for_each_channel(house):
    recorded_call(house)
    drawn = house.person("noor").get(f"/calls/{SID}/peaks.json").json

    assert drawn["duration"] == 1.0
    assert drawn["channels"] == 2
    assert drawn["peaks"][0][0] == 0.125 and drawn["peaks"][1][0] == 0.062


def test_a_stored_path_that_leads_outside_is_not_served(house, tmp_path):
    recorded_call(house)
    (tmp_path / "secret.wav").write_bytes(b"RIFF secret")
    with house.deps.session_factory.begin() as session:
        session.get(Recording, "RE1").path = "../secret.wav"

    assert house.person("noor").get(f"/calls/{SID}/audio").status_code == 404
