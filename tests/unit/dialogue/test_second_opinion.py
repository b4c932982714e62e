"""A language model over a real socket: slow, broken, lying, dripping, dear, now and then right."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dialogue.errors import LlmLied
from dialogue.llm.backend import BackendAddress, ChatBackend
from dialogue.llm.budget import Budget
from dialogue.llm.question import read_answer
from dialogue.llm.redaction import redacted
from dialogue.llm.second_opinion import SecondOpinion
from dialogue.turns import Entity, Intent, Understanding

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
TEXT = "the thing from saturday hums and my number is one three eight double oh one two"
UNSURE = Understanding(
    (), (), (Intent("product_question", 0.2, TEXT), Intent("damaged_goods", 0.19, TEXT))
)


class Offline:
    def __init__(self, result: Understanding) -> None:
        self.result = result

    def understand(self, text: str, language: str, now: datetime) -> Understanding:
        return self.result

    def understand_readings(
        self, readings: Sequence[tuple[str, float]], language: str, now: datetime
    ) -> Understanding:
        return self.result


class Model:
    """A server that answers as it is told to and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, object]] = []
        self.headers: list[str] = []
        self.answer: Callable[[BaseHTTPRequestHandler], None] = lambda handler: None
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                model.asked.append(json.loads(self.rfile.read(size)))
                model.headers.append(self.headers.get("Authorization", ""))
                model.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def says(self, content: str, status: int = 200, tokens: int = 7) -> None:
        body = {
            "choices": [{"message": {"role": "assistant", "content": content}}],
            "usage": {"total_tokens": tokens},
        }
        self.sends(json.dumps(body).encode(), status)

    def sends(self, body: bytes, status: int = 200) -> None:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        self.answer = answer

    def drips(self) -> None:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", "1000000")
            handler.end_headers()
            try:
                for _ in range(200):
                    handler.wfile.write(b" ")
                    handler.wfile.flush()
                    time.sleep(0.05)
            except OSError:
                pass

        self.answer = answer

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def model() -> Iterator[Model]:
    one = Model()
    yield one
    one.close()


def opinion(
    *models: Model,
    offline: Understanding = UNSURE,
    tokens: int = 1_000_000,
    seconds: float = 1.0,
) -> tuple[SecondOpinion, Budget]:
    backends = [
        ChatBackend(BackendAddress(f"m{n}", one.url, "small", "secret-token"))
        for n, one in enumerate(models)
    ]
    budget = Budget(tokens)
    return SecondOpinion(Offline(offline), backends, budget, seconds), budget


def heard(mind: SecondOpinion, text: str = TEXT) -> list[str]:
    return [intent.id for intent in mind.understand(text, "en", NOW).intents]


def labelled(*names: str, words: str = "") -> str:
    return json.dumps({"intents": [{"name": name, "words": words} for name in names]})


def test_an_unsure_reading_is_settled_by_the_model(model: Model) -> None:
    model.says(labelled("damaged_goods", words="hums"))
    mind, budget = opinion(model)
    result = mind.understand(TEXT, "en", NOW)
    assert [(i.id, i.words) for i in result.intents] == [("damaged_goods", "hums")]
    assert result.alternatives == ()
    assert budget.spent == 7
    assert model.headers == ["Bearer secret-token"]


def test_of_several_readings_the_likeliest_is_asked_about(model: Model) -> None:
    model.says(labelled("damaged_goods"))
    mind, _ = opinion(model)
    readings = [("it hums", 0.7), ("it comes", 0.3)]
    result = mind.understand_readings(readings, "en", NOW)
    assert [intent.id for intent in result.intents] == ["damaged_goods"]
    assert "it hums" in json.dumps(model.asked[0])


def test_what_is_personal_in_the_reading_that_is_sent_is_taken_out_of_it(model: Model) -> None:
    class ByText(Offline):
        def understand(self, text: str, language: str, now: datetime) -> Understanding:
            return replace(UNSURE, entities=(Entity("address", "5 garden road", "5 garden road"),))

    model.says(labelled("damaged_goods"))
    backend = ChatBackend(BackendAddress("m", model.url, "small"))
    mind = SecondOpinion(ByText(UNSURE), [backend], Budget(10_000), 1.0)
    mind.understand_readings([("it hums at 5 garden road", 0.6), ("it hums", 0.4)], "en", NOW)
    sent = json.dumps(model.asked[0])
    assert "it hums at <address>" in sent and "garden" not in sent


@pytest.mark.parametrize(
    "sure",
    [
        Understanding((Intent("return_goods", 0.9, "x"),), ()),
        Understanding((Intent("affirm", 1.0, "yes"),), ()),
        Understanding((), (Entity("order_id_tail", "1234", "one two three four"),)),
    ],
)
def test_nobody_is_asked_about_what_is_clear_or_an_answer(
    model: Model, sure: Understanding
) -> None:
    mind, _ = opinion(model, offline=sure)
    assert mind.understand(TEXT, "en", NOW) is sure
    assert model.asked == []


def test_no_number_leaves_the_house(model: Model) -> None:
    model.says(labelled("damaged_goods"))
    mind, _ = opinion(model)
    heard(mind, TEXT + " and 13800001234")
    sent = json.dumps(model.asked[0], ensure_ascii=False)
    assert "one three eight" not in sent
    assert "1380000" not in sent
    assert "saturday hums" in sent


def test_a_slow_model_costs_no_more_than_the_deadline(model: Model) -> None:
    model.answer = lambda handler: time.sleep(3)
    mind, _ = opinion(model, seconds=0.4)
    began = time.monotonic()
    assert mind.understand(TEXT, "en", NOW) is UNSURE
    assert time.monotonic() - began < 1.5


def test_a_dripping_model_costs_no_more_than_the_deadline(model: Model) -> None:
    model.drips()
    mind, _ = opinion(model, seconds=0.4)
    began = time.monotonic()
    assert mind.understand(TEXT, "en", NOW) is UNSURE
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize(
    "content",
    [
        "Sure! The caller wants a refund.",
        labelled("wire_money_to"),
        labelled("affirm"),
        labelled(),
        labelled("out_of_scope", "refund_request"),
        labelled(*["complaint", "invoice", "refund_request", "coupon_promo", "return_goods"]),
        '{"intents": [{"name": 3}]}',
        '{"intents": "refund_request"}',
    ],
)
def test_an_answer_that_was_not_offered_is_not_used(model: Model, content: str) -> None:
    model.says(content)
    mind, _ = opinion(model)
    assert mind.understand(TEXT, "en", NOW) is UNSURE


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"<html>", 200), (b"", 200), (b'{"choices": []}', 200), (b"x" * 70_000, 200), (b"no", 500)],
)
def test_a_broken_answer_leaves_the_offline_result(model: Model, body: bytes, status: int) -> None:
    model.sends(body, status)
    mind, _ = opinion(model)
    assert mind.understand(TEXT, "en", NOW) is UNSURE


def test_the_next_model_is_asked_when_the_first_is_down(model: Model) -> None:
    down = Model()
    down.sends(b"", 503)
    model.says(labelled("repair_warranty"))
    mind, _ = opinion(down, model)
    assert heard(mind) == ["repair_warranty"]
    down.close()


def test_a_model_that_fails_again_and_again_is_left_alone(model: Model) -> None:
    model.sends(b"", 503)
    mind, _ = opinion(model)
    for _ in range(9):
        heard(mind)
    assert len(model.asked) == 5


def test_the_days_tokens_are_an_end_and_the_next_day_a_beginning(model: Model) -> None:
    model.says(labelled("repair_warranty"), tokens=2_000)
    mind, budget = opinion(model, tokens=2_500)
    assert heard(mind) == ["repair_warranty"]
    assert heard(mind) == []
    tomorrow = mind.understand(TEXT, "en", NOW + timedelta(days=1))
    assert [i.id for i in tomorrow.intents] == ["repair_warranty"]
    assert budget.spent == 2_000


def test_words_that_the_caller_did_not_say_are_no_quotation() -> None:
    (intent,) = read_answer(labelled("complaint", words="I hate you"), TEXT)
    assert intent.words == TEXT


def test_a_fenced_answer_is_read() -> None:
    (intent,) = read_answer("```json\n" + labelled("complaint") + "\n```", TEXT)
    assert intent.id == "complaint"


def test_a_lie_says_what_would_be_right() -> None:
    with pytest.raises(LlmLied, match="offered"):
        read_answer(labelled("rm -rf"), TEXT)


@pytest.mark.parametrize(
    ("text", "entities", "expected"),
    [
        (
            "我叫王小明订单尾号一二三四",
            (Entity("order_id_tail", "1234", "一二三四"),),
            "我叫<name>",
        ),
        ("寄到朝阳区建国路八号", (Entity("address", "x", "朝阳区建国路八号"),), "寄到<address>"),
        ("我的编号是九八七六五", (), "我的编号是<number>"),
        ("write to mei.li@example.com please", (), "write to <mail> please"),
        ("hello this is john smith calling", (), "hello this is <name> calling"),
        ("this is the third time", (), "this is the third time"),
        ("code A 4 5 5 2", (), "code A <number>"),
    ],
)
def test_what_leads_to_a_person_is_taken_out(
    text: str, entities: tuple[Entity, ...], expected: str
) -> None:
    assert redacted(text, entities).startswith(expected)
