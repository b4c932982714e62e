"""What the console refuses, and what it says then."""

from dataclasses import replace

import pytest
from flask import Flask
from redis import Redis

from console.blueprint import make_console
from console.vendor import Vendor
from queues.presence import Presence
from queues.waiting import Waiting
from tests.fakes.console_house import SID, log_in, make_app, recorded_call, token_of


@pytest.mark.parametrize(
    "path",
    ["/login", "/logout", "/language", "/desk/status", "/desk/heartbeat", "/desk/wrap-up/done"],
)
def test_a_post_without_the_token_changes_nothing(house, path):
    client = house.person("aisha")

    assert client.post(path, data={"status": "available"}).status_code == 400
    forged = client.post(path, data={}, headers={"X-CSRF-Token": "forged"})
    assert forged.status_code == 400


@pytest.mark.parametrize(
    ("name", "path", "right"),
    [
        ("aisha", "/live", "live.view"),
        ("aisha", "/live/events", "live.view"),
        ("aisha", f"/calls/{SID}/audio", "calls.listen"),
        ("aisha", f"/calls/{SID}", "calls.view"),
        ("noor", "/desk", "desk.use"),
        ("noor", "/live", "live.view"),
        ("boss", "/desk/events", "desk.use"),
    ],
)
def test_a_missing_right_is_named(house, name, path, right):
    answer = house.person(name).get(path)

    assert answer.status_code == 403
    assert right in answer.text


@pytest.mark.parametrize(
    "path", ["/live/events", "/desk/events", "/desk/token", f"/calls/{SID}/peaks.json"]
)
def test_data_for_a_visitor_is_401_and_no_page(house, path):
    assert house.visitor().get(path).status_code == 401


@pytest.mark.parametrize("path", ["/calls/CA-unknown", "/calls/CA-unknown/audio", "/no/such/page"])
def test_what_does_not_exist_is_a_page_that_says_so(house, path):
    answer = house.person("boss").get(path)

    assert answer.status_code == 404
    assert "Nothing here" in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_every_answer_carries_the_security_headers(house):
    client = house.person("boss")
    for path in ("/live", "/calls", "/static/console/console.css", "/calls/none"):
        with client.get(path) as answer:
            headers = answer.headers
        assert "default-src 'none'" in headers["Content-Security-Policy"], path
        assert "unsafe" not in headers["Content-Security-Policy"], path
        assert headers["X-Content-Type-Options"] == "nosniff", path


def test_a_reader_chooses_the_language(house):
    client = house.person("boss")
    form = {"language": "zh", "next": "/live", "csrf_token": token_of(client, "/live")}

    assert client.post("/language", data=form).location == "/live"
    assert "正在通话" in client.get("/live").text


def test_parts_that_are_not_installed_are_named_and_the_page_still_works(house, tmp_path):
    app = Flask("console")
    app.config["SECRET_KEY"] = "k" * 32
    app.register_blueprint(make_console(house.deps, Vendor(tmp_path / "nothing")))
    recorded_call(house)
    client = app.test_client()
    log_in(client, "boss")

    live, call = client.get("/live").text, client.get(f"/calls/{SID}").text

    assert "htmx.js is not installed" in live and "make setup" in live
    assert "wavesurfer.js is not installed" in call and "<audio" in call
    assert client.get("/static/vendor/htmx.js").status_code == 404


def test_parts_are_served_by_their_listed_names_only(house):
    client = house.visitor()
    for path in ("package.json", "..%2fpackage.json", "htmx.org/dist/htmx.js"):
        assert client.get(f"/static/vendor/{path}").status_code == 404


def test_without_redis_the_page_says_what_is_wrong(house):

    nowhere = Redis(port=1, socket_connect_timeout=0.2, decode_responses=True)
    deps = replace(house.deps, presence=Presence(nowhere), waiting=Waiting(nowhere))
    away = replace(house, deps=deps, app=make_app(deps))

    answer = away.person("boss").get("/live")

    assert answer.status_code == 503
    assert "Redis" in answer.text and "hotline doctor" in answer.text
