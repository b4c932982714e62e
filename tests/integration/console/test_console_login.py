"""Who comes in, where they land, and how they leave."""

import pytest

from tests.fakes.console_house import log_in, post, token_of


@pytest.mark.parametrize(
    ("name", "home"), [("aisha", "/desk"), ("noor", "/calls"), ("boss", "/live")]
)
def test_everybody_lands_on_the_page_they_work_on(house, name, home):
    client = house.visitor()
    assert log_in(client, name).location == home
    assert client.get("/").location == home


def test_a_wrong_password_and_a_wrong_name_get_the_same_answer(house):
    client = house.visitor()
    wrong = log_in(client, "aisha", "incorrect horse")
    unknown = log_in(client, "nobody", "incorrect horse")

    assert wrong.status_code == unknown.status_code == 401
    assert "do not belong together" in wrong.text
    assert client.get("/desk").status_code == 302


def test_guessing_is_slowed_down_by_name_and_address_only(house, redis):
    client = house.visitor()
    answers = [log_in(client, "aisha", f"guess {n}").status_code for n in range(7)]

    assert answers == [401] * 6 + [429]
    assert log_in(client, "aisha").status_code == 429
    assert log_in(house.visitor(), "tomas").status_code == 303
    (key,) = redis.keys("login:attempts:*")
    assert 0 < redis.ttl(key) <= 300


def test_logging_in_leaves_the_visitors_token_behind(house):
    client = house.visitor()
    before = token_of(client)
    log_in(client, "aisha")

    assert token_of(client, "/desk") != before
    cookie = client.get_cookie("hotline_session")
    assert cookie.http_only and cookie.same_site == "Lax"


def test_raising_the_epoch_logs_out_everywhere(house):
    client = house.person("aisha")
    assert client.get("/desk").status_code == 200

    house.deps.users.log_out_everywhere("aisha")

    assert client.get("/desk").status_code == 302


def test_a_log_in_leads_back_to_the_page_that_asked_for_it(house):
    asked = house.visitor().get("/calls?page=2")
    assert asked.location == "/login?next=/calls?page%3D2"
    assert log_in(house.visitor(), "noor", next="/calls?page=2").location == "/calls?page=2"
    assert log_in(house.visitor(), "noor", next="//evil.example").location == "/calls"


def test_logging_out_ends_the_session_and_the_presence(house):
    client = house.person("aisha")
    post(client, "/desk/status", status="available")

    assert post(client, "/logout").location == "/login"
    assert house.deps.presence.get("aisha").status == "logged_out"
    assert client.get("/desk").status_code == 302
