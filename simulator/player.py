"""Executes a document verb by verb on one leg; each verb says what comes next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from typing import TYPE_CHECKING

from simulator.errors import SimulatorError, StreamRefused, TwimlRefused, WebhookFailed
from simulator.leg import Leg
from simulator.reporting import call_form
from simulator.twiml import Document, Node, parse

if TYPE_CHECKING:
    from simulator.exchange import Exchange


class Flow(Enum):
    """How a document may end other than by its last verb."""

    HUNG_UP = "hung up"
    LEFT = "left the queue"


Step = Document | Flow | None
"""What comes after a verb: another document, an end, or the next verb."""
Verb = Callable[["Player", Node], Awaitable[Step]]

_UNANSWERED = frozenset({"Pause", "Reject", "Redirect"})
"""Verbs that Twilio plays without picking up the phone."""
_NO_SOUND_SECONDS = 1.0


class Player:
    """One leg's programme: fetches documents and plays them until the line is dead."""

    def __init__(self, exchange: Exchange, leg: Leg, *, within: str = "Response") -> None:
        self.exchange = exchange
        self.leg = leg
        self.within = within
        self.document = Document(())
        self.extra: Callable[[], Mapping[str, str]] = dict
        """Fields that a waiting room adds to its webhooks."""
        self._documents = 0
        self._since = leg.clock.seconds()

    async def run_call(self, first: Callable[[Player], Awaitable[Document]]) -> None:
        """Play a whole call: on an error the fallback address, then the end of the call."""
        try:
            await self._play_out(await first(self))
        except (TwimlRefused, WebhookFailed) as error:
            self.note_error(error)
            await self._fall_back(error)

    async def run(self, document: Document) -> Flow | None:
        """Play documents until one ends without a successor."""
        step: Step = document
        while isinstance(step, Document):
            step = await self._play(step)
        return step

    async def fetch(
        self, address: str, method: str = "POST", extra: Mapping[str, str] | None = None
    ) -> Document:
        """Ask the application for the next document, relative to the current one."""
        self._count_document()
        url = self.document.resolve(address)
        form = {**self.form(), **self.extra(), **(extra or {})}
        text = await self.exchange.webhooks.call(url, form, method or "POST")
        return self.read(text, url)

    def read(self, text: str, url: str = "") -> Document:
        """Parse a document, strip what a trial account may not use."""
        document = parse(text, url=url, within=self.within)
        self.exchange.journal.add("twiml", self.leg.sid, url=url, twiml=document.source)
        if self.exchange.options.trial:
            return _stripped(document)
        return document

    def form(self) -> dict[str, str]:
        """The leg's standard fields."""
        return call_form(self.leg, self.exchange.account_sid)

    def note_error(self, error: SimulatorError) -> None:
        """Write an error or refusal into the journal, as Twilio's debugger would show it."""
        refused = isinstance(error, TwimlRefused | StreamRefused)
        kind = "refused" if refused else "error"
        self.exchange.journal.add(kind, self.leg.sid, code=error.code, reason=error.sentence)

    def hang_up(self, status: str = "completed", reason: str = "completed") -> Flow:
        """End the call from our side."""
        if status == "completed":
            self.leg.answer()  # only <Reject> leaves a call unanswered
        self.leg.end(status, reason)
        return Flow.HUNG_UP

    async def _play_out(self, document: Document) -> None:
        if await self.run(document) is not Flow.HUNG_UP:
            self.hang_up()

    async def _play(self, document: Document) -> Step:
        self.document = document
        for node in document.verbs:
            if node.name not in _UNANSWERED and not node.flag("answerOnBridge", False):
                self.leg.answer()
            self.exchange.journal.add("verb", self.leg.sid, verb=node.name, **node.attributes)
            step = await self.exchange.verbs[node.name](self, node)
            if self.leg.ended:
                return Flow.HUNG_UP
            if step is not None:
                return step
        return None

    async def _fall_back(self, error: SimulatorError) -> None:
        fallback = self.leg.fallback_url
        if fallback and not self.leg.ended:
            self.leg.fallback_url = ""
            extra = {"ErrorCode": str(error.code), "ErrorUrl": self.document.url}
            try:
                await self._play_out(await self.fetch(fallback, extra=extra))
                return
            except (TwimlRefused, WebhookFailed) as second:
                self.note_error(second)
        status = "failed" if self.leg.answered_at is None else "completed"
        self.leg.end(status, "application-error")

    def _count_document(self) -> None:
        """Stop a ring of documents that send the call round without a second of sound."""
        now = self.leg.clock.seconds()
        if now - self._since > _NO_SOUND_SECONDS:
            self._documents, self._since = 0, now
        self._documents += 1
        if self._documents > self.exchange.options.max_redirects:
            sentence = f"{self._documents} documents within a second: a loop of redirects"
            raise WebhookFailed(WebhookFailed.HTTP, sentence)


def _stripped(document: Document) -> Document:
    """A trial account's document: streams and recordings are left out."""
    kept = tuple(
        node
        for node in document.verbs
        if node.name != "Record"
        and not any(child.name in ("Stream", "Recording") for child in node.children)
    )
    return Document(kept, document.url, document.source)


async def play_redirect(player: Player, node: Node) -> Step:
    """`<Redirect>`: another document takes over."""
    return await player.fetch(node.text, node.get("method", "POST"))


async def play_hangup(player: Player, _node: Node) -> Step:
    """`<Hangup>`."""
    return player.hang_up()


async def play_reject(player: Player, node: Node) -> Step:
    """`<Reject>`: an unanswered caller hears busy; an answered one is hung up."""
    if player.leg.answered_at is not None:
        return player.hang_up()
    return player.hang_up("busy", node.get("reason", "rejected"))


async def play_leave(_player: Player, _node: Node) -> Step:
    """`<Leave>`: out of the queue, on to the verb after `<Enqueue>`."""
    return Flow.LEFT
