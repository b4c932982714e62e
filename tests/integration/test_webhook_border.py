"""Strangers, repetitions, nonsense and outages at the webhooks: who is let in and what is said."""

import io
import logging
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from redis import Redis
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from app import create_app, utc_now
from calls.kinds import Kind
from calls.log import CallLog
from calls.photo_link import PhotoLinks
from dialogue.turns import Memory
from ivr.session_store import SessionStore
from ivr.webhooks import MAX_STREAMS_LOST
from ops.database.engine import create_all, make_engine, make_session_factory
from ops.redis_server import free_port
from ops.seed import seed_demo
from ops.settings import Settings

BASE, TOKEN = "https://hotline.example", "auth-token-of-the-tests"
MEI, OLIVER, STRANGER, HOTLINE, ENGLISH = (
    "+8613800000101",
    "+8613800000102",
    "+4915112345678",
    "+864008000001",
    "+864008000002",
)
EITHER = "+864008000003"
SID = "CA" + "7" * 32
RECORDING = "RE" + "7" * 32


@dataclass
class Border:
    """The web process's webhooks and what lies behind them."""

    client: FlaskClient
    log: CallLog
    redis_url: str
    logged: io.StringIO

    def post(self, path: str, token: str = TOKEN, once: str = "", **form: str) -> TestResponse:
        signature = RequestValidator(token).compute_signature(BASE + path, form)
        headers = {"X-Twilio-Signature": signature, "I-Twilio-Idempotency-Token": once}
        return self.client.post(path, data=form, headers=headers)

    def rings(self, sid: str = SID, caller: str = MEI, called: str = HOTLINE) -> TestResponse:
        form = {"CallSid": sid, "From": caller, "To": called, "CallStatus": "ringing"}
        return self.post("/voice/incoming", **form, Direction="inbound")

    def status(self, status: str, sid: str = SID, number: int = 1) -> TestResponse:
        form = {"CallSid": sid, "CallStatus": status, "SequenceNumber": str(number)}
        return self.post("/voice/status", **form, From=MEI, To=HOTLINE)

    def kinds(self, sid: str = SID) -> list[str]:
        return [event.kind for event in self.log.events(sid)]

    def rejected(self) -> int:
        with Redis.from_url(self.redis_url, decode_responses=True) as redis:
            return int(redis.hget("hotline:counters", "signature_rejected") or 0)


def open_border(folder: Path, redis_url: str, **more: str) -> Border:
    settings = Settings.from_env(
        {
            "HOTLINE_FOLDER": str(folder),
            "HOTLINE_REDIS_URL": redis_url,
            "HOTLINE_SECRET_KEY": "a secret of the tests, at least 32 long",
            "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "HOTLINE_TWILIO_API_BASE": f"http://127.0.0.1:{free_port()}",
            "HOTLINE_PUBLIC_BASE_URL": BASE,
            "HOTLINE_MEDIA_BASE_URL": "wss://media.hotline.example",
            "HOTLINE_NUMBERS": f"{HOTLINE}=zh,{ENGLISH}=en,{EITHER}=heard",
            **more,
        }
    )
    engine = make_engine(settings.store.database_url)
    create_all(engine)
    sessions = make_session_factory(engine)
    seed_demo(sessions, utc_now(), "password")
    app = create_app(settings, dispatch=False)
    logged, (handler,) = io.StringIO(), logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(logged)
    return Border(app.test_client(), CallLog(sessions, lambda _: None), redis_url, logged)


@pytest.fixture
def _own_logging() -> Iterator[None]:
    """The application sets up the root logger; afterwards it is pytest's again."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def border(tmp_path: Path, redis_url: str, _own_logging: None) -> Border:
    return open_border(tmp_path, redis_url)


@pytest.fixture
def without_redis(tmp_path: Path, _own_logging: None) -> Border:
    return open_border(tmp_path, f"redis://127.0.0.1:{free_port()}/0")


def verbs(answer: TestResponse) -> list[ElementTree.Element]:
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "text/xml"
    return list(ElementTree.fromstring(answer.text))


def names(answer: TestResponse) -> list[str]:
    return [verb.tag for verb in verbs(answer)]


# --- who is let in


@pytest.mark.parametrize(
    "path",
    [
        "/voice/incoming",
        "/voice/resume",
        "/voice/menu",
        "/voice/status",
        "/voice/recording",
        "/voice/agent/RV1",
        "/voice/agent-status/RV1",
        "/voice/connect/RV1",
    ],
)
def test_an_unsigned_webhook_is_refused_counted_and_logged_without_numbers(
    border: Border, path: str
) -> None:
    form = {"CallSid": SID, "From": MEI, "To": HOTLINE}
    answer = border.client.post(path, data=form)
    assert answer.status_code == 403
    assert border.rejected() == 1
    logged = border.logged.getvalue()
    assert "rejected" in logged and path in logged
    assert MEI[1:] not in logged and HOTLINE[1:] not in logged
    assert border.log.call(SID) is None


def test_a_webhook_signed_with_another_token_is_refused_and_counted(border: Border) -> None:
    form = {"CallSid": SID, "From": MEI, "To": HOTLINE}
    assert border.post("/voice/incoming", token="somebody else's", **form).status_code == 403
    assert border.rejected() == 1
    assert border.log.call(SID) is None


def test_a_signature_for_one_form_does_not_open_for_another(border: Border) -> None:
    form = {"CallSid": SID, "From": MEI, "To": HOTLINE}
    signature = RequestValidator(TOKEN).compute_signature(BASE + "/voice/incoming", form)
    forged = {**form, "From": STRANGER}
    headers = {"X-Twilio-Signature": signature, "X-Forwarded-Host": "elsewhere.example"}
    assert border.client.post("/voice/incoming", data=forged, headers=headers).status_code == 403
    assert border.client.post("/voice/incoming", data=form, headers=headers).status_code == 200


def test_a_get_is_no_webhook(border: Border) -> None:
    assert border.client.get("/voice/incoming").status_code == 405


# --- the same thing twice, and things in any order


def test_an_arriving_call_is_recorded_and_gets_a_two_way_stream(border: Border) -> None:
    answer = border.rings()
    assert names(answer) == ["Start", "Connect", "Redirect"]
    stream = verbs(answer)[1].find("Stream")
    assert stream is not None
    assert stream.get("url", "").startswith("wss://media.hotline.example/media/CA")
    assert "?" not in stream.get("url", "")
    call = border.log.call(SID)
    assert call is not None
    assert (call.language, call.customer_id, call.status) == ("zh", "c0101", "ringing")


def test_a_duplicate_webhook_gets_the_very_same_answer_and_opens_no_second_call(
    border: Border,
) -> None:
    first, again = border.rings(), border.rings()
    assert first.data == again.data
    assert border.kinds() == [Kind.RINGING]
    assert len(border.log.recent()) == 1


def test_duplicates_at_the_same_moment_get_the_very_same_answer(border: Border) -> None:
    app = border.client.application
    borders = [replace(border, client=app.test_client()) for _ in range(6)]
    with ThreadPoolExecutor(6) as threads:
        answers = {answer.data for answer in threads.map(lambda one: one.rings(), borders)}
    assert len(answers) == 1
    assert border.kinds() == [Kind.RINGING]


def test_a_stranger_with_a_withheld_number_is_served(border: Border) -> None:
    assert "Connect" in names(border.rings(caller="anonymous"))
    call = border.log.call(SID)
    assert call is not None and call.customer_id is None


def test_callbacks_in_any_order_end_a_call_once(border: Border) -> None:
    border.rings()
    assert border.status("completed", number=3).status_code == 204
    assert border.status("in-progress", number=2).status_code == 204
    assert border.status("completed", number=3).status_code == 204
    call = border.log.call(SID)
    assert call is not None and call.status == "ended"
    assert border.kinds().count(Kind.ENDED) == 1


def test_a_late_resume_of_an_ended_call_hangs_up(border: Border) -> None:
    border.rings()
    border.status("completed")
    answer = border.post("/voice/resume", CallSid=SID, From=MEI, To=HOTLINE)
    assert names(answer) == ["Hangup"]


def test_news_of_an_unknown_call_breaks_nothing(border: Border) -> None:
    unknown = "CA" + "9" * 32
    assert border.status("completed", sid=unknown).status_code == 204
    assert border.log.call(unknown) is None
    assert "Connect" in names(border.rings())


def test_a_recording_of_an_unknown_call_is_not_taken(border: Border) -> None:
    form = {"RecordingSid": RECORDING, "RecordingStatus": "completed", "RecordingDuration": "4"}
    url = "https://api.example/recording"
    answer = border.post("/voice/recording", CallSid="CA" + "9" * 32, RecordingUrl=url, **form)
    assert 400 <= answer.status_code < 600
    assert "Connect" in names(border.rings())


def test_a_recording_that_is_announced_twice_is_one(border: Border) -> None:
    border.rings()
    form = {"RecordingSid": RECORDING, "RecordingStatus": "completed", "RecordingDuration": "4"}
    url = "https://api.example/recording"
    for _ in range(2):
        answer = border.post("/voice/recording", CallSid=SID, RecordingUrl=url, **form)
        assert answer.status_code == 204
    assert border.kinds().count(Kind.RECORDING_ANNOUNCED) == 1


def test_an_agent_who_answers_too_late_is_told_so(border: Border) -> None:
    answer = border.post("/voice/agent/RVgone", CallSid=SID, From=HOTLINE, To="client:tomas")
    assert names(answer) == ["Say", "Hangup"]


# --- keys, when no stream can be had


def press(border: Border, digits: str, once: str = "") -> TestResponse:
    form = {"CallSid": SID, "From": MEI, "To": HOTLINE, "Digits": digits}
    return border.post("/voice/menu", once=once, **form)


def memory(border: Border) -> Memory:
    with Redis.from_url(border.redis_url, decode_responses=True) as redis:
        held = SessionStore(redis).load(SID)
    assert held is not None
    return held.state.memory


def test_a_second_key_answers_the_question_of_the_first(border: Border) -> None:
    border.rings(caller=OLIVER)

    press(border, "2")
    assert memory(border).waiting_for == "return_goods.check"
    press(border, "#")
    asked = press(border, memory(border).slots["code"])
    assert memory(border).waiting_for == "return_goods.confirm"
    assert "一" in asked.text
    press(border, "1")

    assert "return_goods" in memory(border).done
    turns = [(turn.number, turn.heard) for turn in border.log.turns(SID)]
    assert turns[:2] == [(1, "[2]"), (2, "[#]")] and turns[-1] == (7, "[1]")
    assert border.kinds().count(Kind.ANSWERED) == 1


def test_without_a_stream_an_open_language_is_asked_for_by_key_before_the_menu(
    border: Border,
) -> None:
    border.rings(called=EITHER)
    for _ in range(MAX_STREAMS_LOST + 1):
        asked = border.post("/voice/resume", CallSid=SID, From=MEI, To=EITHER)

    assert [said.get("language") for said in verbs(asked)[0]] == ["cmn-CN", "en-US"]
    menu = verbs(press(border, "2"))
    assert {said.get("language") for said in menu[0]} == {"en-US"}
    assert memory(border).language == "en"
    call = border.log.call(SID)
    assert call is not None and call.language == "en"
    assert Kind.LANGUAGE in border.kinds()
    press(border, "1")
    assert len(border.log.turns(SID)) == 1


def test_the_same_key_reported_twice_counts_once(border: Border) -> None:
    border.rings()

    answers = {press(border, "1", once="the same").data for _ in range(2)}

    assert len(answers) == 1 and len(border.log.turns(SID)) == 1


def test_a_key_that_leads_to_a_person_joins_the_line(border: Border) -> None:
    border.rings()

    assert names(press(border, "0")) == ["Say", "Enqueue"]
    assert names(press(border, "1"))[-1] in ("Enqueue", "Redirect")
    assert Kind.QUEUED in border.kinds() and not border.log.turns(SID)


# --- nonsense


@pytest.mark.parametrize(
    ("path", "form", "field"),
    [
        ("/voice/incoming", {}, "To"),
        ("/voice/incoming", {"CallSid": "CA1", "From": MEI, "To": HOTLINE}, "CallSid"),
        ("/voice/incoming", {"CallSid": SID, "From": "1 OR 1=1", "To": HOTLINE}, "From"),
        ("/voice/incoming", {"CallSid": SID, "From": MEI, "To": ""}, "To"),
        ("/voice/status", {"CallSid": SID, "CallStatus": "exploded"}, "CallStatus"),
        (
            "/voice/status",
            {"CallSid": SID, "CallStatus": "completed", "SequenceNumber": "-1"},
            "Seq",
        ),
        ("/voice/recording", {"CallSid": SID, "RecordingStatus": "completed"}, "Recording"),
        ("/voice/agent-status/RV1", {"CallSid": SID, "CallStatus": "exploded"}, "CallStatus"),
    ],
)
def test_a_malformed_form_is_refused_with_a_sentence_that_names_the_field(
    border: Border, path: str, form: dict[str, str], field: str
) -> None:
    answer = border.post(path, **form)
    assert answer.status_code == 400
    assert field in answer.text
    logged = border.logged.getvalue()
    assert "Traceback" not in logged
    assert MEI[1:] not in logged
    assert "Connect" in names(border.rings(sid="CA" + "8" * 32)), "the next call is untouched"


def test_a_form_too_large_is_refused(border: Border) -> None:
    answer = border.post("/voice/incoming", CallSid=SID, From=MEI, To=HOTLINE, More="x" * 600_000)
    assert answer.status_code == 413


# --- outages


@pytest.mark.parametrize(("called", "language"), [(HOTLINE, "cmn"), (ENGLISH, "en")])
def test_without_redis_a_caller_hears_an_apology_and_waits_in_the_providers_queue(
    without_redis: Border, called: str, language: str
) -> None:
    said, queue = verbs(without_redis.rings(called=called))
    assert (said.tag, queue.tag) == ("Say", "Enqueue")
    assert said.get("language", "").startswith(language) and said.text
    assert queue.get("waitUrl") == f"{BASE}/voice/wait"


def test_without_redis_the_waiting_loop_still_speaks(without_redis: Border) -> None:
    answer = without_redis.post("/voice/wait", CallSid=SID, From=MEI, To=HOTLINE)
    assert names(answer) == ["Say", "Pause"]


def test_without_redis_a_key_of_the_menu_still_leads_to_a_person(without_redis: Border) -> None:
    answer = without_redis.post("/voice/menu", CallSid=SID, From=MEI, To=HOTLINE, Digits="1")
    assert names(answer)[-1] == "Enqueue"


def test_without_redis_callbacks_are_asked_for_again(without_redis: Border) -> None:
    assert without_redis.status("completed").status_code == 503


def test_without_redis_an_agents_leg_ends_with_words_and_not_with_an_error(
    without_redis: Border,
) -> None:
    answer = without_redis.post("/voice/agent/RV1", CallSid=SID, From=HOTLINE, To="client:tomas")
    assert names(answer) == ["Say", "Hangup"]


def test_without_redis_a_caller_whose_agent_left_hears_a_goodbye(without_redis: Border) -> None:
    answer = without_redis.post("/voice/after-agent/RV1", CallSid=SID, From=MEI, To=HOTLINE)
    assert names(answer) == ["Say", "Hangup"]


def test_without_redis_a_stranger_is_still_refused(without_redis: Border) -> None:
    assert without_redis.client.post("/voice/incoming", data={"CallSid": SID}).status_code == 403


def test_without_a_database_the_caller_waits_in_the_providers_queue(
    border: Border, tmp_path: Path
) -> None:
    for file in tmp_path.glob("hotline.db*"):
        file.unlink()
    (tmp_path / "hotline.db").mkdir()
    assert names(border.rings())[-1] == "Enqueue"


# --- who calls again


def earlier_of(border: Border) -> dict[str, int]:
    with Redis.from_url(border.redis_url, decode_responses=True) as redis:
        held = SessionStore(redis).load(SID)
    assert held is not None
    return held.state.earlier


def test_a_caller_who_calls_again_is_known_by_the_matter(border: Border) -> None:
    now = utc_now()
    for sid, intent in (("CA1", "track_package"), ("CA2", "delivery_delay"), ("CA3", "invoice")):
        border.log.open_call(
            sid, caller=MEI, called=HOTLINE, language="zh", customer_id=None, now=now
        )
        border.log.save_turn(sid, 1, now, intents=[{"id": intent, "confidence": 0.9, "words": ""}])

    border.rings()

    assert earlier_of(border) == {"delivery": 2, "invoice": 1}


def test_a_withheld_number_is_many_people_and_has_no_earlier_calls(border: Border) -> None:
    now = utc_now()
    border.log.open_call(
        "CA1", caller="anonymous", called=HOTLINE, language="zh", customer_id=None, now=now
    )
    border.log.save_turn("CA1", 1, now, intents=[{"id": "invoice"}])

    border.rings(caller="anonymous")

    assert earlier_of(border) == {}


def test_a_shop_that_does_not_know_who_calls_is_in_the_record_and_the_call_goes_on(
    tmp_path: Path, redis_url: str, _own_logging: None
) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    border = open_border(tmp_path, redis_url, HOTLINE_SHOP_URL=gone)
    answer = border.rings()
    assert answer.status_code == 200 and "<Stream" in answer.text
    (failed,) = [e.data for e in border.log.events(SID) if e.kind == Kind.SHOP_FAILED]
    assert (failed["gateway"], failed["failure"]) == ("customers", "not_reached")
    assert failed["attempt"] >= 2 and set(failed) == {"gateway", "failure", "attempt"}


def test_the_photo_page_is_served_beside_the_webhooks(border: Border) -> None:
    border.rings()
    links = PhotoLinks("a secret of the tests, at least 32 long", BASE)
    path = links.link(SID, utc_now()).removeprefix(BASE)
    assert border.client.get(path).status_code == 200
    assert border.client.get("/photos/forged").status_code == 404
