"""Signed requests to the application: call webhooks with limits and retries, status callbacks."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urldefrag, urlencode

import aiohttp
from yarl import URL

from simulator.errors import WebhookFailed
from simulator.journal import Journal
from simulator.options import Options
from simulator.signing import new_idempotency_token, sign

_LATE_SECONDS = 0.25
"""How long a callback is held back when callbacks are reordered."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """Connection overrides from the address's fragment: `#rc=2&rp=ct,rt&tt=9000`."""

    retries: int
    policy: frozenset[str]
    connect_seconds: float
    read_seconds: float
    total_seconds: float


def overrides_of(url: str, options: Options) -> Overrides:
    """What the fragment asks for, held within Twilio's limits."""
    asked = {name: values[-1] for name, values in parse_qs(urldefrag(url).fragment).items()}

    def bounded(name: str, default: float, low: int, high: int) -> float:
        value = asked.get(name, "")
        return min(high, max(low, int(value))) / 1000 if value.isdigit() else default

    return Overrides(
        retries=min(5, int(asked["rc"])) if asked.get("rc", "").isdigit() else 1,
        policy=frozenset(asked.get("rp", "ct").split(",")),
        connect_seconds=bounded("ct", options.webhook_connect_timeout, 100, 10_000),
        read_seconds=bounded("rt", options.webhook_timeout, 100, 15_000),
        total_seconds=min(options.webhook_timeout, bounded("tt", 15.0, 100, 15_000)),
    )


class Webhooks:
    """The account's outgoing HTTP."""

    def __init__(self, token: str, journal: Journal, options: Options) -> None:
        self._token = token
        self._journal = journal
        self._options = options
        self._session: aiohttp.ClientSession | None = None
        self._held: dict[str, int] = {}
        self._background: set[asyncio.Task[None]] = set()

    @property
    def session(self) -> aiohttp.ClientSession:
        """The one client session, opened when first needed."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0)  # every stream holds a connection
            )
        return self._session

    async def call(self, url: str, form: Mapping[str, str], method: str = "POST") -> str:
        """Ask the application what to do next: its document, or WebhookFailed."""
        token = new_idempotency_token()
        sid = form.get("CallSid", "")
        entry = {"url": url, "method": method, "form": dict(form), "idempotency_token": token}
        try:
            status, body = await self._with_retries(url, form, method, token)
        except WebhookFailed as failure:
            self._journal.add("webhook", sid, **entry, error=failure.code, reason=failure.sentence)
            raise
        self._journal.add("webhook", sid, **entry, status=status, answer=body)
        if status >= 400:
            raise WebhookFailed(WebhookFailed.HTTP, f"{method} {url} answered {status}")
        if self._options.duplicate_webhooks:
            await self._repeat(url, form, method, token, body)
        return body

    def notify(self, url: str, form: Mapping[str, str], method: str = "POST") -> None:
        """Send a status callback in the background; its answer does not matter."""
        sid = form.get("CallSid", "")
        late = 0.0
        if self._options.reorder_callbacks:
            self._held[sid] = self._held.get(sid, 0) + 1
            late = _LATE_SECONDS if self._held[sid] % 2 else 0.0
        task = asyncio.get_running_loop().create_task(self._notify(url, form, method, late))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def close(self, seconds: float = 2.0) -> None:
        """Let callbacks under way arrive for `seconds`, then close."""
        if self._background:
            _, late = await asyncio.wait(self._background, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def fetch(self, url: str) -> tuple[str, bytes]:
        """Content type and bytes of a sound file for `<Play>`."""
        try:
            timeout = aiohttp.ClientTimeout(total=self._options.webhook_timeout)
            async with self.session.get(url, timeout=timeout) as answer:
                if answer.status >= 400:
                    raise WebhookFailed(WebhookFailed.HTTP, f"GET {url} answered {answer.status}")
                return answer.content_type, await answer.read()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise WebhookFailed(WebhookFailed.HTTP, f"GET {url}: {error!r}") from error

    async def _notify(self, url: str, form: Mapping[str, str], method: str, late: float) -> None:
        await asyncio.sleep(late)
        facts = {"url": url, "form": dict(form)}
        try:
            status, _ = await self._with_retries(url, form, method, new_idempotency_token())
        except WebhookFailed as failure:
            sentence = failure.sentence
            self._journal.add("callback", form.get("CallSid", ""), **facts, reason=sentence)
            return
        self._journal.add("callback", form.get("CallSid", ""), **facts, status=status)

    async def _repeat(
        self, url: str, form: Mapping[str, str], method: str, token: str, first: str
    ) -> None:
        try:
            status, again = await self._once(url, form, method, token, self._limits(url))
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            status, again = 0, repr(error)
        self._journal.add(
            "webhook-duplicate",
            form.get("CallSid", ""),
            url=url,
            status=status,
            answer=again,
            same=again == first,
        )

    async def _with_retries(
        self, url: str, form: Mapping[str, str], method: str, token: str
    ) -> tuple[int, str]:
        """Status and body after as many tries as the address allows."""
        limits = self._limits(url)
        last = WebhookFailed(WebhookFailed.HTTP, f"{method} {url} was not tried")
        for attempt in range(limits.retries + 1):
            try:
                async with asyncio.timeout(limits.total_seconds):
                    status, body = await self._once(url, form, method, token, limits)
                reason = "5xx" if status >= 500 else "4xx" if status >= 400 else ""
                if not reason or attempt == limits.retries or not _retry(reason, limits):
                    return status, body
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                reason = "ct" if isinstance(error, aiohttp.ClientConnectorError) else "rt"
                last = _failure(method, url, error)
                if not _retry(reason, limits):
                    raise last from error
        raise last

    def _limits(self, url: str) -> Overrides:
        return overrides_of(url, self._options)

    async def _once(
        self, url: str, form: Mapping[str, str], method: str, token: str, limits: Overrides
    ) -> tuple[int, str]:
        plain = urldefrag(url).url
        body: Mapping[str, str] | None = form
        if method.upper() == "GET":
            plain += ("&" if "?" in plain else "?") + urlencode(dict(form))
            body = None
        headers = {
            "X-Twilio-Signature": sign(plain, body or {}, self._token),
            "I-Twilio-Idempotency-Token": token,
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        timeout = aiohttp.ClientTimeout(
            total=limits.total_seconds,
            sock_connect=limits.connect_seconds,
            sock_read=limits.read_seconds,
        )
        address = URL(plain, encoded=True)
        async with self.session.request(
            method.upper(), address, data=body, headers=headers, timeout=timeout
        ) as answer:
            content = await answer.read()
            return answer.status, content.decode("utf-8", "replace")


def _retry(reason: str, limits: Overrides) -> bool:
    return reason in limits.policy or "all" in limits.policy


def _failure(method: str, url: str, error: Exception) -> WebhookFailed:
    code = WebhookFailed.HTTP
    if isinstance(error, TimeoutError):
        return WebhookFailed(code, f"{method} {url} gave no answer in time")
    if isinstance(error, aiohttp.ClientConnectorError):
        code = WebhookFailed.CONNECTION
    return WebhookFailed(code, f"{method} {url} failed: {error}")
