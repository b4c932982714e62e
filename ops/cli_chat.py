"""`hotline chat`: a demo customer's call as text, by the same dialogue as on the telephone."""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from aftersales.demo_gateways import DemoShop
from aftersales.http_shop import HttpShop
from aftersales.seed import seed_shop
from aftersales.shop import Shop
from dialogue.build import build_dialogue
from dialogue.manager import DialogueManager
from dialogue.turns import Caller, Memory, Reply, Understands, Utterance
from ops.database.engine import create_all, make_engine, make_session_factory

ZONE = ZoneInfo("Asia/Shanghai")
SILENCE = "..."
"""A line of this is a caller who says nothing; a line of /keys presses them."""


@dataclass(slots=True)
class Chat:
    """One call as text; the memory goes from turn to turn as in a call."""

    manager: DialogueManager
    caller: Caller
    memory: Memory = field(default_factory=Memory)
    messages: Callable[[], tuple[str, ...]] = tuple
    """What the account's telephone was sent, where the shop is ours."""
    turn: int = 0
    over: bool = False

    def greeting(self) -> str:
        """The first sentence."""
        return self.manager.greeting(self.caller, self.memory.language)

    def line(self, text: str, now: datetime) -> Reply:
        """The answer to a line: words, /keys, or ... for silence."""
        text = text.strip()
        if text == SILENCE:
            return self._kept(self.manager.no_input(self.memory, self.caller, now))
        if text.startswith("/") and len(text) > 1:
            for key in text[1:]:
                reply = self._kept(self.manager.press(key, self.memory, self.caller, now))
                if self.over:
                    break
            return reply
        utterance = Utterance(text, self.memory.language)
        return self._kept(self.manager.hear(utterance, self.memory, self.caller, now))

    def _kept(self, reply: Reply) -> Reply:
        self.memory, self.turn = reply.memory, self.turn + 1
        self.over = reply.end or reply.handover is not None
        return reply

    def as_json(self, heard: str, reply: Reply) -> dict[str, Any]:
        """A turn for programs."""
        handover = reply.handover
        return {
            "turn": self.turn,
            "heard": heard,
            "reply": reply.text,
            "language": reply.memory.language,
            "intents": [intent.id for intent in reply.understanding.intents],
            "done": list(reply.memory.done),
            "waiting_for": reply.memory.waiting_for,
            "handover": None
            if handover is None
            else {"reason": handover.reason, "intent": handover.intent},
            "end": reply.end,
        }


@contextmanager
def demo_shop(now: datetime) -> Iterator[DemoShop]:
    """The demo shop at its opening, in a database that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="hotline-chat-") as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'shop.db'}")
        create_all(engine)
        sessions = make_session_factory(engine)
        with sessions.begin() as session:
            seed_shop(session, now)
        try:
            yield DemoShop(sessions)
        finally:
            engine.dispose()


def open_chat(
    shop: Shop, number: str, language: str, zone: ZoneInfo, mind: Understands | None = None
) -> Chat:
    """A call from this number; an unknown one is a stranger's."""
    customer = shop.customer_by_number(number)
    caller = Caller(number)
    if customer is not None:
        caller = Caller(number, customer.id, customer.name, customer.member_level)
    manager = build_dialogue(shop, zone, understanding=mind)
    messages = shop.messages if isinstance(shop, DemoShop) else tuple
    return Chat(manager, caller, Memory(language=language), messages)


def talk(
    lines: TextIO, number: str, language: str, now: datetime, *, shop_url: str, as_json: bool
) -> None:
    """Answer every line until the call ends; with a person at the console there is a prompt."""
    if now.tzinfo is None:
        now = now.replace(tzinfo=ZONE)  # the shop's own clock
    with closing(HttpShop(shop_url)) if shop_url else demo_shop(now) as shop:
        chat = open_chat(shop, number, language, ZONE)
        first = chat.greeting()
        _tell({"turn": 0, "reply": first, "language": language} if as_json else f"< {first}")
        for line in lines:
            if not line.strip():
                continue
            before = chat.messages()
            reply = chat.line(line, now)
            _tell(chat.as_json(line.strip(), reply) if as_json else f"< {reply.text}")
            for text in chat.messages():
                if text not in before:
                    _tell({"message": text} if as_json else f"~ message to the telephone: {text}")
            if chat.over:
                break
        if not as_json:
            _tell(_ending(chat))


def _ending(chat: Chat) -> str:
    story = "\n".join(f"  {sentence}" for sentence in chat.memory.story)
    return f"-- done: {', '.join(chat.memory.done) or 'nothing'}" + (f"\n{story}" if story else "")


def _tell(what: str | dict[str, Any]) -> None:
    text = what if isinstance(what, str) else json.dumps(what, ensure_ascii=False)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
