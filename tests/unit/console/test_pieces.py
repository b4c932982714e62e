from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.datastructures import MultiDict

from calls.models import Call
from console.calls import filter_from, page_number, waits
from console.filters import duration, emotion_name, milliseconds
from console.headers import policy
from console.pages import local_path
from console.vendor import ALLOWED, Vendor
from console.voice_token import voice_token
from ops.settings import PhoneSettings

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(None, "–"), (0, "0:00"), (65.9, "1:05"), (3723, "1:02:03"), (-1, "0:00")],
)
def test_durations_read_as_people_say_them(seconds, shown):
    assert duration(seconds) == shown


def test_places_and_levels_have_names():
    assert milliseconds(75_300) == "1:15.3"
    assert emotion_name(3) == "furious"
    assert emotion_name(None) == emotion_name(7) == "unsure"


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil", "", None])
def test_a_log_in_never_leads_to_another_site(wanted):
    assert local_path(wanted) == "/"


def test_a_log_in_leads_back_to_the_wanted_page():
    assert local_path("/calls?page=2") == "/calls?page=2"


@pytest.mark.parametrize("given", [None, "", "0", "-3", "x", "1e9", "²", "99999999"])
def test_a_strange_page_number_is_the_first_page(given):
    assert page_number(given) == 1


def test_values_that_no_call_can_have_are_no_filter():
    wanted = filter_from(MultiDict({"language": "fr", "outcome": "' OR 1=1", "tail": "+86 0103%"}))

    assert (wanted.language, wanted.outcome, wanted.tail) == ("", "", "0103")


def test_waiting_counts_until_the_agent_or_until_giving_up():
    call = Call(started_at=NOW, queued_at=NOW + timedelta(seconds=10))

    assert waits(call).waited is None
    assert waits(call, NOW + timedelta(seconds=30)).waited == 20
    call.ended_at = NOW + timedelta(seconds=50)
    assert waits(call).waited == 40
    call.connected_at = NOW + timedelta(seconds=25)
    assert waits(call).waited == 15


def test_the_policy_names_the_box_and_its_socket_and_nothing_inline():
    rules = policy(PhoneSettings("box", "http://127.0.0.1:8100/phone"), None)

    assert "script-src 'self' http://127.0.0.1:8100;" in rules
    assert "connect-src 'self' http://127.0.0.1:8100 ws://127.0.0.1:8100;" in rules
    assert "unsafe" not in rules
    assert "frame-ancestors 'none'" in rules


def test_production_loads_scripts_from_itself_only():
    rules = policy(PhoneSettings("twilio", ""), "n0nce")

    assert "script-src 'self';" in rules
    assert "wss://*.twilio.com" in rules
    assert "style-src 'self' 'nonce-n0nce';" in rules


def test_only_listed_parts_are_served(tmp_path):
    inside = tmp_path / ALLOWED["htmx.js"]
    inside.parent.mkdir(parents=True)
    inside.write_text("part")
    (tmp_path / "secret.js").write_text("x")
    vendor = Vendor(tmp_path)

    assert vendor.path("htmx.js") == inside
    assert vendor.path("secret.js") is None
    assert vendor.path("../secret.js") is None
    assert "wavesurfer.js" in vendor.missing()


def test_a_voice_token_says_who_may_be_called_and_for_how_long():
    import jwt

    secret = "s" * 32
    token = voice_token("AC1", "SK1", secret, "aisha", 3600)

    said = jwt.decode(token, secret, algorithms=["HS256"], options={"verify_exp": False})
    assert jwt.get_unverified_header(token)["cty"] == "twilio-fpa;v=1"
    assert (said["iss"], said["sub"]) == ("SK1", "AC1")
    assert said["grants"]["identity"] == "aisha"
    assert said["grants"]["voice"]["incoming"] == {"allow": True}


@pytest.mark.parametrize("ttl", [0, 59, 86_401])
def test_a_token_that_twilio_would_refuse_is_not_made(ttl):
    with pytest.raises(ValueError, match="60 to 86400"):
        voice_token("AC1", "SK1", "s" * 32, "aisha", ttl)
