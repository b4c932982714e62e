"""Conversations as text (tests/evaluation/dialogue), each on a shop opened anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from sqlalchemy import select

from aftersales.demo_gateways import DemoShop
from aftersales.http_shop import HttpShop
from aftersales.models import ShopDeed, ShopOrder
from aftersales.resilience import Breaker
from aftersales.seed import seed_shop
from ops.cli_chat import Chat, open_chat
from tests.fakes.demo_shop_server import served

FOLDER = Path(__file__).parents[1] / "evaluation" / "dialogue"
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
STORIES = [
    pytest.param(language, story, id=f"{language}: {story['name']}")
    for language in ("zh", "en")
    for story in yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
]


@contextmanager
def shop_of(story, sessions) -> Iterator[tuple[DemoShop | HttpShop, object]]:
    """In process; over real HTTP when the story breaks something."""
    if "shop" not in story:
        yield DemoShop(sessions), None
        return
    with served(sessions) as (server, url):
        shop = HttpShop(url, deadline_seconds=2.0, breaker=Breaker(failures=1000))
        yield shop, server
        shop.close()


@pytest.mark.parametrize(("language", "story"), STORIES)
def test_the_story_goes_as_told(language, story, session_factory):
    with session_factory.begin() as session:
        seed_shop(session, NOW)
    with shop_of(story, session_factory) as (shop, server):
        chat = open_chat(shop, f"+8613800000{story['customer'][1:]}", language, ZONE)
        for name, value in (story.get("shop") or {}).items():
            setattr(server.faults, name, value)
        for turn in story["turns"]:
            if "{code}" in turn["caller"]:
                turn = {
                    **turn,
                    "caller": turn["caller"].replace("{code}", code_of(session_factory)),
                }
            take(turn, chat, server)
    if "done" in story:
        assert chat.memory.done == tuple(story["done"])
    if "after" in story:
        check_after(dict(story["after"]), session_factory)


def code_of(sessions) -> str:
    """What the telephone on the account was sent last."""
    with sessions() as session:
        sent = select(ShopDeed).where(ShopDeed.kind == "send_text")
        return str(session.scalars(sent).all()[-1].body["text"])[:4]


def take(turn, chat: Chat, server) -> None:
    assert not chat.over, f"the call was over before {turn['caller']!r}"
    for name, value in turn.get("shop", {}).items():
        setattr(server.faults, name, value)
    reply = chat.line(turn["caller"], NOW)
    said = f"to {turn['caller']!r} the bot said {reply.text!r}"
    for words in turn.get("bot", ()):
        assert any(word in reply.text for word in words.split("|")), said
    for words in turn.get("never", ()):
        assert words not in reply.text, said
    if "asks" in turn:
        assert (reply.memory.waiting_for or "").endswith(f".{turn['asks']}"), said
    assert (reply.handover.reason if reply.handover else None) == turn.get("person"), said
    assert reply.end == turn.get("ends", False), said
    assert reply.text.strip() and "{" not in reply.text


def check_after(after, sessions) -> None:
    number = after.pop("order")
    if "deeds" in after:
        done = DemoShop(sessions).details_of(number).done
        assert sorted(done) == sorted(after.pop("deeds"))
    with sessions() as session:
        order = session.get(ShopOrder, number)
        if "address" in after:
            assert after.pop("address") in order.details["address"]
        assert {name: getattr(order, name) for name in after} == after
