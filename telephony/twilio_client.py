"""The phone company's REST interface through the `twilio` library, at any base address.

One retry, and only where asking twice cannot do a thing twice; no phone number in any message.
"""

import logging
import random
import re
import time
from collections.abc import Callable
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException  # type: ignore[import-untyped]
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from telephony.errors import CallGone, ProviderUnavailable, Refused, TelephonyError

_TIMEOUT = (3.0, 10.0)
"""Seconds to connect, seconds between bytes: a webhook that waits for us has 15 in all."""

_GONE = frozenset({20404, 21220})
"""Not found; call is not in progress."""

_LIVE = frozenset({"queued", "initiated", "ringing", "in-progress"})

_PROVIDER_HOST = re.compile(r"([a-z0-9-]+\.)*twilio\.com")
_RECORDING_LIMIT = 512 * 1024 * 1024
"""Bytes: four hours of two channels at 8 kHz, the longest call the provider allows."""

_RECORDING_SECONDS = 300.0
"""A download that is slower than this is given up; the next attempt may find a better line."""

_CHUNK = 64 * 1024
_LONG_NUMBER = re.compile(r"\+?\d{6,}")

Answer = TypeVar("Answer")


class TwilioClient:
    """A `telephony.client.VoiceClient` that speaks to Twilio, or to whatever is at `base_url`."""

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        base_url: str = "",
        retry_seconds: float = 0.3,
    ) -> None:
        self._auth = (account_sid, auth_token)
        self._base_url = base_url.rstrip("/")
        self._retry_seconds = retry_seconds
        # The library reads the process environment where it is given none, or an empty one.
        nothing = {"TWILIO_EDGE": ""}
        self._transport = _Transport(self._base_url)
        self._account = Client(
            account_sid, auth_token, http_client=self._transport, environment=nothing
        ).api.v2010.account
        self._session = requests.Session()
        self._session.trust_env = not self._base_url

    def redirect_call(self, call_sid: str, url: str) -> None:
        """Let a live call fetch its next verbs from `url`; CallGone when it is over."""
        self._ask("redirect a call", lambda: self._call(call_sid).update(url=url), call_sid)

    def dial_agent(
        self, endpoint: str, caller_id: str, url: str, status_callback: str, timeout_seconds: int
    ) -> str:
        """Ring an agent (client:name or E.164) and return the new leg's CallSid."""

        def dial() -> str:
            leg = self._account.calls.create(
                to=endpoint,
                from_=caller_id,
                url=url,
                status_callback=status_callback,
                status_callback_event=["initiated", "ringing", "answered", "completed"],
                timeout=timeout_seconds,
            )
            return str(leg.sid)

        return self._ask("dial an agent", dial)

    def is_live(self, call_sid: str) -> bool:
        """Whether the leg still rings or talks; False for one that the provider does not know."""

        def status() -> str:
            return str(self._call(call_sid).fetch().status)

        try:
            return self._ask("look up a call", status, call_sid, repeatable=True) in _LIVE
        except CallGone:
            return False

    def hang_up(self, call_sid: str) -> None:
        """End a call; one that is already over is fine."""

        def end() -> None:
            self._call(call_sid).update(status="completed")

        try:
            self._ask("hang up a call", end, call_sid, repeatable=True)
        except CallGone:
            return

    def delete_recording(self, sid: str) -> None:
        """Remove the provider's copy; one that is already gone is fine."""
        delete = self._account.recordings(sid).delete
        try:
            self._ask("delete a recording", delete, sid, repeatable=True)
        except CallGone:
            return

    def fetch_recording(self, url: str, target: BinaryIO) -> int:
        """Write the recording, a WAV with a channel per direction, to `target`; bytes written."""
        address = self._recording_address(url)
        start = target.tell()

        def download() -> int:
            target.seek(start)
            target.truncate()
            return self._download(address, target)

        return self._ask("fetch a recording", download, repeatable=True)

    def close(self) -> None:
        """Close the kept connections."""
        self._transport.session.close()
        self._session.close()

    def _call(self, call_sid: str) -> Any:
        return self._account.calls(call_sid)

    def _recording_address(self, url: str) -> str:
        parts = urlsplit(url)
        if self._base_url:
            parts = urlsplit(_rebased(url, self._base_url))
        elif parts.scheme != "https" or not _PROVIDER_HOST.fullmatch(parts.hostname or ""):
            # Our credentials go with the request: never to an address that somebody made up.
            reason = f"address is on {parts.hostname!r}, not the provider's"
            raise Refused("fetch a recording", 0, reason)
        path = parts.path if parts.path.endswith(".wav") else parts.path + ".wav"
        return urlunsplit((parts.scheme, parts.netloc, path, "RequestedChannels=2", ""))

    def _download(self, address: str, target: BinaryIO) -> int:
        written, deadline = 0, time.monotonic() + _RECORDING_SECONDS
        with self._session.get(
            address, auth=self._auth, timeout=_TIMEOUT, stream=True, allow_redirects=True
        ) as response:
            if response.status_code != 200:
                raise _download_error(response.status_code)
            for chunk in response.iter_content(_CHUNK):
                written += len(chunk)
                if written > _RECORDING_LIMIT:
                    reason = f"more than {_RECORDING_LIMIT} bytes"
                    raise Refused("fetch a recording", 0, reason)
                if time.monotonic() > deadline:
                    reason = f"not done after {_RECORDING_SECONDS:.0f} s"
                    raise ProviderUnavailable("fetch a recording", reason)
                target.write(chunk)
        return written

    def _ask(
        self,
        action: str,
        request: Callable[[], Answer],
        sid: str = "",
        *,
        repeatable: bool = False,
    ) -> Answer:
        """The answer; a second try after a pause with jitter where that is safe."""
        try:
            return request()
        except (requests.RequestException, TwilioException, ProviderUnavailable) as error:
            failure = _failure(action, error, sid)
            unsent = isinstance(error, requests.ConnectTimeout)
            if not failure.retryable or not (repeatable or unsent):
                raise failure from error
        time.sleep(self._retry_seconds * random.uniform(0.5, 1.5))
        try:
            return request()
        except (requests.RequestException, TwilioException, ProviderUnavailable) as error:
            raise _failure(action, error, sid) from error


class _Transport(TwilioHttpClient):  # type: ignore[misc]
    """The library's transport with our limits, quiet, and pointed at `base_url` if there is one."""

    def __init__(self, base_url: str) -> None:
        # At INFO the library writes addresses and form fields, phone numbers among them.
        quiet = logging.getLogger("telephony.twilio_http")
        quiet.setLevel(logging.WARNING)
        super().__init__(logger=quiet)
        self.timeout = _TIMEOUT
        self._base_url = base_url
        # The machine's proxy leads to the provider, not to a stand-in beside us.
        self.session.trust_env = not base_url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        """Send one request."""
        kwargs["timeout"] = None  # so that `self.timeout` counts: the library's check knows no pair
        address = _rebased(url, self._base_url) if self._base_url else url
        return super().request(method, address, *args, **kwargs)


def _rebased(url: str, base_url: str) -> str:
    base, parts = urlsplit(base_url), urlsplit(url)
    return urlunsplit((base.scheme, base.netloc, base.path + parts.path, parts.query, ""))


def _failure(action: str, error: Exception, sid: str) -> TelephonyError:
    if isinstance(error, TelephonyError):
        return error
    if isinstance(error, TwilioRestException):
        return _rest_failure(action, error, sid)
    # Their own sentences quote the address; the kind of error says enough.
    return ProviderUnavailable(action, type(error).__name__)


def _rest_failure(action: str, error: Any, sid: str) -> TelephonyError:
    code = int(error.code or 0)
    if sid and (code in _GONE or error.status == 404):
        return CallGone(sid)
    if error.status >= 500 or error.status in (408, 429):
        return ProviderUnavailable(action, f"HTTP {error.status}, code {code}")
    return Refused(action, code or int(error.status), _masked(str(error.msg)))


def _download_error(status: int) -> TelephonyError:
    # 404 straight after the callback only means that their store is behind their news.
    if status >= 500 or status in (404, 408, 429):
        return ProviderUnavailable("fetch a recording", f"HTTP {status}")
    return Refused("fetch a recording", status, f"HTTP {status}")


def _masked(text: str) -> str:
    """The text without numbers that could be telephones: the last two digits stay."""
    return _LONG_NUMBER.sub(lambda found: "*" * (len(found[0]) - 2) + found[0][-2:], text)[:200]
