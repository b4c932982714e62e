"""The offline understanding, and a language model's reading where that was unsure.

The offline result is always there first; a model that is slow, broken, hostile or too dear changes
nothing but that the caller is asked again.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from dialogue.errors import LlmError
from dialogue.llm.backend import MOST_TOKENS, Completion
from dialogue.llm.budget import Budget
from dialogue.llm.question import INSTRUCTION, question, read_answer
from dialogue.llm.redaction import redacted
from dialogue.nlu.intents import ANSWERS
from dialogue.nlu.normalise import normalise
from dialogue.turns import Intent, Understanding, Understands

log = logging.getLogger(__name__)

SURE = 0.5
"""Offline confidence from which nobody else is asked: likelier than all other readings together."""
WORKERS = 4
"""Questions in flight; more callers than that go on with the offline result."""
_BYTES_A_TOKEN = 3
"""A cautious estimate for both languages; the model's own count replaces it."""


class Backend(Protocol):
    """Somebody who answers; see dialogue.llm.backend.ChatBackend."""

    name: str

    def complete(self, instruction: str, message: str, seconds: float) -> Completion:
        """An answer within the seconds; raises LlmError."""


class SecondOpinion:
    """Understands as `offline` does, and asks `backends` in order when that is unsure."""

    def __init__(
        self,
        offline: Understands,
        backends: Sequence[Backend],
        budget: Budget,
        deadline_seconds: float,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._offline = offline
        self._backends = tuple(backends)
        self._budget = budget
        self._deadline = deadline_seconds
        self._steady = steady
        self._free = threading.BoundedSemaphore(WORKERS)
        self._pool = ThreadPoolExecutor(WORKERS, "second-opinion")

    def understand(self, text: str, language: str, now: datetime) -> Understanding:
        """As Understander.understand; at most the deadline later."""
        return self._settled(self._offline.understand(text, language, now), text, language, now)

    def understand_readings(
        self, readings: Sequence[tuple[str, float]], language: str, now: datetime
    ) -> Understanding:
        """The same; the likeliest reading is what a model is asked about."""
        first = self._offline.understand_readings(readings, language, now)
        text = readings[0][0] if readings else ""
        return self._settled(first, text, language, now)

    def _settled(
        self, first: Understanding, text: str, language: str, now: datetime
    ) -> Understanding:
        if not unsure(first):
            return first
        clean = normalise(text, language)
        # Values of this very text: of several readings another one may have been chosen.
        said = redacted(clean, self._offline.understand(text, language, now).entities)
        intents = self._ask(clean, said, language, now)
        if not intents:
            return first
        return replace(first, intents=intents, alternatives=())

    def _ask(self, text: str, said: str, language: str, now: datetime) -> tuple[Intent, ...] | None:
        """The reading of the first model that gives a right one in time; None when none does."""
        if not self._free.acquire(blocking=False):
            return None
        ends = self._steady() + self._deadline
        # In a thread of its own: name look-ups and dripping headers know no deadline.
        future = self._pool.submit(self._readings, text, question(said, language), now, ends)
        future.add_done_callback(lambda _: self._free.release())
        try:
            return future.result(timeout=self._deadline)
        except FutureTimeout:
            log.warning("no language model answered within %.1f s", self._deadline)
            return None

    def _readings(
        self, text: str, message: str, now: datetime, ends: float
    ) -> tuple[Intent, ...] | None:
        for backend in self._backends:
            left = ends - self._steady()
            reserved = (len(INSTRUCTION) + len(message.encode())) // _BYTES_A_TOKEN + MOST_TOKENS
            if left <= 0:
                return None
            if not self._budget.reserve(reserved, now):
                log.warning("the day's tokens for language models are used up")
                return None
            try:
                completion = backend.complete(INSTRUCTION, message, left)
                self._budget.settle(reserved, completion.tokens or reserved)
                return read_answer(completion.content, text)
            except LlmError as problem:
                log.warning("language model %r: %s", backend.name, problem)
        return None


def unsure(understanding: Understanding) -> bool:
    """Whether a second opinion may help: no request, a strange one, or one that is doubtful.

    A number or a value alone, a yes and a no are answers; nobody else may give them.
    """
    if any(intent.id in ANSWERS for intent in understanding.intents):
        return False
    if not understanding.intents:
        return bool(understanding.alternatives)
    weakest = min(intent.confidence for intent in understanding.intents)
    return weakest < SURE or understanding.intents[0].id == "out_of_scope"
