import pytest

from simulator.errors import StreamRefused
from simulator.stream import check_address


@pytest.mark.parametrize(
    "url",
    ["wss://media.example.com/s/abc", "ws://127.0.0.1:8001/s", "ws://[::1]/s", "ws://localhost/s"],
)
def test_secure_addresses_and_this_machine_are_taken(url):
    check_address(url)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ws://10.0.0.7/s", 31922),
        ("http://x/s", 31922),
        ("", 31922),
        ("wss:///s", 31923),
        ("wss://x/s?token=1", 31923),
    ],
)
def test_an_address_that_twilio_refuses_is_refused(url, code):
    with pytest.raises(StreamRefused) as caught:
        check_address(url)
    assert caught.value.code == code
