"""The REST adapter against a real HTTP server that behaves as the provider does, well or badly."""

import io
import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from telephony.client import VoiceClient
from telephony.errors import CallGone, ProviderUnavailable, Refused
from telephony.twilio_client import TwilioClient

ACCOUNT, CALL, RECORDING = "AC" + "1" * 32, "CA" + "2" * 32, "RE" + "3" * 32
PREFIX = f"/2010-04-01/Accounts/{ACCOUNT}"
MEI = "+8613800138000"


class Provider(ThreadingHTTPServer):
    """Answers from a list, in order, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[tuple[int, bytes]] = []
        self.asked: list[tuple[str, str, dict[str, list[str]], str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        login = self.headers.get("Authorization", "")
        self.server.asked.append((self.command, self.path, parse_qs(body), login))
        status, content = self.server.answers.pop(0)
        if status == 0:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_DELETE = _answer

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def provider() -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


@pytest.fixture
def client(provider: Provider) -> Iterator[VoiceClient]:
    ready = TwilioClient(ACCOUNT, "token", provider.url, retry_seconds=0.01)
    yield ready
    ready.close()


def ok(**fields: Any) -> tuple[int, bytes]:
    return 200, json.dumps({"sid": CALL, **fields}).encode()


def no(status: int, code: int, message: str = "no") -> tuple[int, bytes]:
    return status, json.dumps({"code": code, "message": message, "status": status}).encode()


def test_a_redirect_asks_the_configured_address_and_no_other(provider, client) -> None:
    provider.answers = [ok()]
    client.redirect_call(CALL, "https://calls.example.com/next")
    method, path, form, login = provider.asked[0]
    assert (method, path) == ("POST", f"{PREFIX}/Calls/{CALL}.json")
    assert form == {"Url": ["https://calls.example.com/next"]}
    assert login.startswith("Basic ")


def test_dialling_an_agent_returns_the_new_leg(provider, client) -> None:
    provider.answers = [(201, ok()[1])]
    leg = client.dial_agent("client:aisha", MEI, "https://h/agent", "https://h/status", 20)
    assert leg == CALL
    form = provider.asked[0][2]
    assert form["To"] == ["client:aisha"] and form["Timeout"] == ["20"]
    assert form["StatusCallbackEvent"] == ["initiated", "ringing", "answered", "completed"]


@pytest.mark.parametrize("answer", [no(404, 20404), no(400, 21220)])
def test_a_call_that_is_over_is_gone_for_good(provider, client, answer) -> None:
    provider.answers = [answer, answer]
    with pytest.raises(CallGone, match="is over") as caught:
        client.redirect_call(CALL, "https://h/next")
    assert not caught.value.retryable and len(provider.asked) == 1
    client.hang_up(CALL)  # what was wanted is so already


def test_a_fault_of_theirs_is_tried_once_more_where_that_does_no_harm(provider, client) -> None:
    provider.answers = [no(503, 20500), ok()]
    client.hang_up(CALL)
    assert [form for _, _, form, _ in provider.asked] == [{"Status": ["completed"]}] * 2


def test_a_dropped_connection_is_tried_once_more_where_that_does_no_harm(provider, client) -> None:
    provider.answers = [(0, b""), (204, b"")]
    client.delete_recording(RECORDING)
    assert provider.asked[1][:2] == ("DELETE", f"{PREFIX}/Recordings/{RECORDING}.json")


def test_an_agent_is_never_dialled_twice(provider, client) -> None:
    for answer in (no(503, 20500), (0, b"")):
        provider.asked.clear()
        provider.answers = [answer]
        with pytest.raises(ProviderUnavailable) as caught:
            client.dial_agent("client:aisha", MEI, "https://h/a", "https://h/s", 20)
        assert caught.value.retryable and len(provider.asked) == 1


def test_a_refusal_keeps_the_code_and_hides_the_number(provider, client) -> None:
    provider.answers = [no(400, 21211, f"The 'To' number {MEI} is not a valid phone number.")]
    with pytest.raises(Refused) as caught:
        client.dial_agent(MEI, "+18005551212", "https://h/a", "https://h/s", 20)
    assert caught.value.provider_code == 21211 and not caught.value.retryable
    assert "138001380" not in str(caught.value)


def test_a_refused_connection_says_so_without_an_address() -> None:
    client = TwilioClient(ACCOUNT, "token", "http://127.0.0.1:9", retry_seconds=0.01)
    with pytest.raises(ProviderUnavailable, match="ConnectionError; try again later"):
        client.hang_up(CALL)
    client.close()


def test_too_many_requests_may_work_later(provider, client) -> None:
    provider.answers = [no(429, 20429)]
    with pytest.raises(ProviderUnavailable, match="HTTP 429, code 20429"):
        client.redirect_call(CALL, "https://h/next")


def test_a_recording_is_fetched_as_wav_with_both_channels(provider, client) -> None:
    provider.answers = [(200, b"RIFF" * 50_000)]
    target = io.BytesIO()
    url = f"https://api.twilio.com{PREFIX}/Recordings/{RECORDING}"
    assert client.fetch_recording(url, target) == 200_000
    asked = urlsplit(provider.asked[0][1])
    assert asked.path == f"{PREFIX}/Recordings/{RECORDING}.wav"
    assert asked.query == "RequestedChannels=2"


def test_a_second_download_replaces_the_first_half(provider, client) -> None:
    provider.answers = [(500, b"half of it"), (200, b"whole")]
    target = io.BytesIO()
    client.fetch_recording(f"{provider.url}{PREFIX}/Recordings/{RECORDING}.wav", target)
    assert target.getvalue() == b"whole"


def test_a_recording_that_is_not_there_yet_may_be_there_later(provider, client) -> None:
    provider.answers = [(404, b""), (404, b"")]
    with pytest.raises(ProviderUnavailable, match="HTTP 404"):
        client.fetch_recording(
            f"https://api.twilio.com{PREFIX}/Recordings/{RECORDING}", io.BytesIO()
        )


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/RE1",
        "http://api.twilio.com/RE1",
        "https://api.twilio.com.evil.example/RE1",
        "https://api.twilio.com@evil.example/RE1",
    ],
)
def test_credentials_never_go_to_an_address_somebody_made_up(url: str) -> None:
    client = TwilioClient(ACCOUNT, "token")
    with pytest.raises(Refused, match="not the provider's"):
        client.fetch_recording(url, io.BytesIO())
    client.close()


def test_no_number_is_logged(provider, client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    provider.answers = [(201, ok()[1])]
    client.dial_agent(MEI, "+18005551212", "https://h/a", "https://h/s", 20)
    assert "138001380" not in caplog.text
