"""One language model behind an address that speaks the OpenAI chat protocol.

Contract: POST {url}/chat/completions with model, messages, temperature, max_tokens and
response_format; the answer has choices[0].message.content and may have usage.total_tokens.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
import requests

from aftersales.bounded_body import AnswerUnbounded, bounded_body
from aftersales.resilience import Breaker
from dialogue.errors import LlmLied, LlmUnavailable

ANSWER_LIMIT = 65_536
"""Bytes; a right answer has some hundred."""
MOST_TOKENS = 160
"""Of an answer: four intents with their words."""


@dataclass(frozen=True, slots=True)
class BackendAddress:
    """Where a model is and how it is called there."""

    name: str
    """For logs and settings."""
    url: str
    """Without /chat/completions, e.g. http://127.0.0.1:8080/v1."""
    model: str
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model answered, and the tokens it says that it took (0: it did not say)."""

    content: str
    tokens: int


class _Message(msgspec.Struct, frozen=True):
    content: str


class _Choice(msgspec.Struct, frozen=True):
    message: _Message


class _Usage(msgspec.Struct, frozen=True):
    total_tokens: int = 0


class _Body(msgspec.Struct, frozen=True):
    choices: list[_Choice]
    usage: _Usage | None = None


class ChatBackend:
    """Asks one model; thread-safe, with a breaker for all callers of the process."""

    def __init__(
        self,
        address: BackendAddress,
        *,
        breaker: Breaker | None = None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = address.name
        self._address = address
        self._breaker = breaker or Breaker()
        self._lock = threading.Lock()
        self._steady = steady
        self._session = requests.Session()
        # The model is where the settings say; a proxy or .netrc of the machine has no part in it.
        self._session.trust_env = False
        if address.token:
            self._session.headers["Authorization"] = f"Bearer {address.token}"

    def complete(self, instruction: str, message: str, seconds: float) -> Completion:
        """The model's answer; raises LlmUnavailable (also at once while it rests) or LlmLied."""
        with self._lock:
            if not self._breaker.allows(self._steady()):
                raise LlmUnavailable(self.name, "it failed again and again and is left alone")
        try:
            body = self._exchange(instruction, message, self._steady() + seconds)
            completion = _read(body)
        except (requests.RequestException, AnswerUnbounded) as problem:
            self._failed()
            raise LlmUnavailable(self.name, type(problem).__name__) from problem
        except (LlmUnavailable, LlmLied):
            self._failed()
            raise
        with self._lock:
            self._breaker.succeeded()
        return completion

    def _failed(self) -> None:
        with self._lock:
            self._breaker.failed(self._steady())

    def _exchange(self, instruction: str, message: str, ends: float) -> bytes:
        with self._session.post(
            f"{self._address.url}/chat/completions",
            json={
                "model": self._address.model,
                "messages": [
                    {"role": "system", "content": instruction},
                    {"role": "user", "content": message},
                ],
                "temperature": 0,
                "max_tokens": MOST_TOKENS,
                "response_format": {"type": "json_object"},
            },
            timeout=max(0.05, ends - self._steady()),
            stream=True,
            allow_redirects=False,
        ) as response:
            body = bounded_body(response, ANSWER_LIMIT, ends, self._steady)
            if response.status_code != 200:
                raise LlmUnavailable(self.name, f"status {response.status_code}")
            return body


def _read(body: bytes) -> Completion:
    try:
        answer = msgspec.json.decode(body, type=_Body)
    except msgspec.MsgspecError as problem:
        raise LlmLied(str(problem)) from problem
    if not answer.choices:
        raise LlmLied("no choices")
    used = answer.usage.total_tokens if answer.usage else 0
    return Completion(answer.choices[0].message.content, max(0, used))
