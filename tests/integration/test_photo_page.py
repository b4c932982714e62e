"""A caller opens the link of a text message and leaves pictures; over HTTP, with Redis and SQL."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales.demo_gateways import DemoShop
from aftersales.models import ShopDeed
from aftersales.seed import seed_shop
from calls.kinds import Kind
from calls.log import CallLog
from calls.photo_link import VALID_FOR, PhotoLinks
from calls.photos import PhotoStore
from calls.pictures import MAX_BYTES
from dialogue.build import build_dialogue
from dialogue.turns import Caller, Memory, Utterance
from ivr.photo_page import TRIES, PhotoParts, make_photo_blueprint
from security.limits import LoginLimit
from tests.fakes.pictures import PLACE, jpeg, png
from tests.fakes.proven import PROVEN

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
SID = "CA" + "1b" * 16
LINKS = PhotoLinks("k" * 32, "https://hotline.example")
PATH = LINKS.link(SID, NOW).removeprefix(LINKS.base)


@pytest.fixture
def clock() -> list[datetime]:
    return [NOW]


@pytest.fixture
def log(session_factory) -> CallLog:
    log = CallLog(session_factory, lambda _: None)
    who = {"caller": "+8613800000108", "called": "+864008000001", "customer_id": "c0108"}
    log.open_call(SID, **who, language="zh", now=NOW)
    return log


@pytest.fixture
def page(redis, log, tmp_path, clock):
    store = PhotoStore(tmp_path / "photos")
    limit = LoginLimit(redis, max_failures=TRIES, window_seconds=60)
    app = Flask("photos")
    app.config["MAX_CONTENT_LENGTH"] = 256 * 1024  # as the web process has it for webhooks
    parts = PhotoParts(LINKS, store, log, limit, lambda: clock[0])
    app.register_blueprint(make_photo_blueprint(parts))
    client = app.test_client()
    client.store = store
    return client


def send(page, *pictures: bytes, path: str = PATH):
    head = b'--part\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
    body = b"".join(head + data + b"\r\n" for data in pictures) + b"--part--\r\n"
    return page.post(path, data=body, content_type="multipart/form-data; boundary=part")


def test_the_form_speaks_the_calls_language_and_loads_nothing_from_elsewhere(page):
    shown = page.get(PATH)
    assert shown.status_code == 200 and "一到两张" in shown.text and "choose" not in shown.text
    assert 'accept="image/jpeg,image/png"' in shown.text and "<script" not in shown.text
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert shown.headers["Cache-Control"] == "no-store"


def test_two_pictures_are_kept_for_the_call_and_told_in_its_story(page, log):
    assert "收到了" in send(page, jpeg(), png()).text
    assert [photo.kind for photo in page.store.of(SID)] == ["jpeg", "png"]
    assert all(PLACE not in photo.path.read_bytes() for photo in page.store.of(SID))
    told = [event.data for event in log.events(SID) if event.kind == Kind.PHOTO]
    assert [(data["number"], data["format"]) for data in told] == [(1, "jpeg"), (2, "png")]
    third = send(page, jpeg())
    assert third.status_code == 409 and "已经有两张" in third.text


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b"<svg onload=alert(1)>", 422, "不是"),
        (jpeg()[:60], 422, "不完整"),
        (jpeg(extra=bytes(MAX_BYTES)), 422, "超过 8 MB"),
        (jpeg(extra=bytes(3 * MAX_BYTES)), 422, "超过 8 MB"),
        (b"", 400, "没有选"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_reason_and_leaves_nothing(page, data, status, words):
    told = send(page, data)
    assert told.status_code == status and words in told.text
    assert page.store.of(SID) == []


def test_a_picture_of_a_megabyte_is_more_than_a_webhook_and_taken(page):
    # the samples of a real picture are most of it
    big = jpeg().replace(b"\x12\xff\x00\x34", b"\x12" * 1_000_000)
    assert send(page, big).status_code == 200
    assert page.store.of(SID)[0].path.stat().st_size > 1_000_000


@pytest.mark.parametrize("path", ["/photos/x", f"/photos/{'A' * 43}", PATH[:-3] + "AAA"])
def test_a_forged_link_shows_nothing_and_takes_nothing(page, path):
    for answer in (page.get(path), send(page, jpeg(), path=path)):
        assert answer.status_code == 404 and "<form" not in answer.text
        assert "无效" in answer.text and "not valid" in answer.text
    assert page.store.of(SID) == []


def test_a_link_ends_after_a_day(page, clock):
    clock[0] = NOW + VALID_FOR + timedelta(seconds=1)
    assert page.get(PATH).status_code == 404 and send(page, jpeg()).status_code == 404


def test_whoever_tries_again_and_again_is_stopped(page):
    answers = [send(page, b"x").status_code for _ in range(TRIES + 1)]
    assert answers == [422] * TRIES + [429]
    assert page.store.of(SID) == []


def test_the_bots_message_opens_the_page(page, session_factory):
    with session_factory.begin() as session:
        seed_shop(session, NOW)
    zone = ZoneInfo("Asia/Shanghai")
    manager = build_dialogue(DemoShop(session_factory), zone, LINKS)
    zhao = Caller("+8613800000108", "c0108", "赵敏", call_sid=SID)
    memory = Memory(slots=dict(PROVEN))
    for text in ("虾坏了", "是的"):
        reply = manager.hear(Utterance(text, "zh"), memory, zhao, NOW)
        memory = reply.memory
    assert len(reply.sent) == 1 and LINKS.base in reply.sent[0]
    with session_factory() as session:
        deeds = session.scalars(select(ShopDeed)).all()
    (sent,) = [deed.body["text"] for deed in deeds if deed.kind == "send_text"]
    link = re.search(r"https://hotline\.example(/photos/\S+)", sent)
    assert link and "链接" in sent and "短信" not in sent
    assert page.get(link.group(1)).status_code == 200
