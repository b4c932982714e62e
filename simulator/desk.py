"""An agent at the web console, as a person with a browser: log in, choose a status, wrap up."""

import asyncio
import re
from contextlib import suppress
from types import TracebackType
from typing import Any

import aiohttp

from simulator.stage import StoryBroken

_PATIENCE = aiohttp.ClientTimeout(total=10)
_HEARTBEAT_SECONDS = 10.0
_INPUT = re.compile(r"<input\b[^>]*>", re.IGNORECASE)
_META = re.compile(r"<meta\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-z-]+)\s*=\s*["']([^"']*)["']""", re.IGNORECASE)


class Desk:
    """One agent's browser session at `console`, an address such as http://127.0.0.1:8000."""

    def __init__(self, console: str, user: str, password: str) -> None:
        self._console = console.rstrip("/")
        self._user = user
        self._password = password
        self._http: aiohttp.ClientSession | None = None
        self._token = ""
        self._heart: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Desk":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.leave()

    async def choose(self, status: str) -> None:
        """Go available, break or logged_out; logs in first if needed. Raises StoryBroken."""
        if not self._token:
            await self._log_in()
        await self._post("/desk/status", {"status": status})
        if status == "logged_out":
            await self._stop_heart()
        elif self._heart is None:
            self._heart = asyncio.create_task(self._beat())

    async def finish_wrap_up(self) -> None:
        """Say that the work after the call is done."""
        await self._post("/desk/wrap-up/done", {})

    async def leave(self) -> None:
        """Log out, as well as the console lets us, and close the browser."""
        await self._stop_heart()
        try:
            if self._token:
                await self._post("/desk/status", {"status": "logged_out"})
        except StoryBroken:
            self._token = ""  # the console is gone too; there is nobody to tell
        finally:
            browser, self._http = self._http, None
            if browser is not None:
                await browser.close()

    async def _log_in(self) -> None:
        page = await self._page("/login")
        token = _find(page, _INPUT, "csrf_token", "value")
        if not token:
            raise StoryBroken(f"{self._console}/login has no form with a csrf_token")
        form = {"username": self._user, "password": self._password, "csrf_token": token}
        await self._request("POST", "/login", data=form)
        desk = await self._page("/desk")
        self._token = _find(desk, _META, "csrf-token", "content")
        if not self._token:
            raise StoryBroken(
                f"{self._user!r} was not let in at {self._console}/desk: wrong password, "
                "or the page has no csrf-token"
            )

    async def _page(self, path: str) -> str:
        return await self._request("GET", path)

    async def _post(self, path: str, form: dict[str, str]) -> None:
        await self._request("POST", path, data=form, headers={"X-CSRF-Token": self._token})

    async def _request(self, method: str, path: str, **given: Any) -> str:
        """The answer's text; StoryBroken for a refusal or no answer."""
        if self._http is None:
            # hosts are written as numbers here; their cookies count only in an unsafe jar
            jar = aiohttp.CookieJar(unsafe=True)
            self._http = aiohttp.ClientSession(cookie_jar=jar, timeout=_PATIENCE)
        try:
            async with self._http.request(method, self._console + path, **given) as answer:
                text: str = await answer.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise StoryBroken(f"{method} {self._console}{path}: {error!r}") from error
        if answer.status >= 400:
            raise StoryBroken(
                f"{method} {self._console}{path} for {self._user!r} was answered "
                f"{answer.status}: {text[:120]!r}"
            )
        return text

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(_HEARTBEAT_SECONDS)
            with suppress(StoryBroken):  # the next may arrive; the console forgives some
                await self._post("/desk/heartbeat", {})

    async def _stop_heart(self) -> None:
        heart, self._heart = self._heart, None
        if heart is not None:
            heart.cancel()
            await asyncio.wait((heart,))


def _find(page: str, tag: re.Pattern[str], name: str, wanted: str) -> str:
    """Attribute `wanted` of the first such tag whose name attribute is `name`; empty if none."""
    for match in tag.finditer(page):
        pairs = _ATTRIBUTE.finditer(match.group())
        attributes: dict[str, str] = {pair[1].lower(): pair[2] for pair in pairs}
        if attributes.get("name") == name:
            return attributes.get(wanted, "")
    return ""
