"""An agent at the desk: status, offers, talk, the voice token."""

from dataclasses import replace

from calls.kinds import Kind
from tests.fakes.console_house import (
    SID,
    START,
    a_call,
    log_in,
    make_app,
    messages,
    post,
    until,
    waits_in_line,
)


def test_a_login_without_an_agent_has_no_desk(house):
    answer = house.person("sam").get("/desk")

    assert answer.status_code == 404
    assert "belongs to no agent" in answer.text


def test_going_available_tells_the_queues_and_wakes_the_dispatcher(house):
    client = house.person("aisha")

    answer = post(client, "/desk/status", status="available")

    assert answer.json == {"status": "available", "state": "idle", "reservation_id": None}
    assert house.woken == ["now"]
    assert house.deps.presence.get("aisha").endpoint == "client:aisha"


def test_an_unknown_status_is_refused_with_the_known_ones(house):
    answer = post(house.person("aisha"), "/desk/status", status="asleep")

    assert answer.status_code == 400
    assert "available, break, logged_out" in answer.json["error"]


def test_the_desk_hears_offer_connected_and_ended_in_order(house):
    client = house.person("aisha")
    post(client, "/desk/status", status="available")
    a_call(house)
    house.log.append(SID, Kind.HEARD, START, turn=1, text="冰箱坏了", confidence=0.9)
    waits_in_line(house)
    with client.get("/desk/events") as answer:
        news = messages(answer)
        assert '"state": "idle"' in until(news, "state")[1]

        offer = house.deps.reservations.reserve_next(house.now_ms, 20_000)
        data = until(news, "offer")[1]
        assert offer.id in data and SID in data
        assert "订单 202511070003 已签收" in data and "冰箱坏了" in data
        assert "13800000103" not in data

        house.deps.reservations.accept(offer.id, house.now_ms)
        assert SID in until(news, "connected")[1]

        house.deps.reservations.complete(offer.id, house.now_ms)
        assert SID in until(news, "ended")[1]

    assert post(client, "/desk/wrap-up/done").json["state"] == "idle"


def test_a_desk_that_comes_back_is_told_of_its_call_again(house):
    client = house.person("aisha")
    post(client, "/desk/status", status="available")
    a_call(house)
    waits_in_line(house)
    offer = house.deps.reservations.reserve_next(house.now_ms, 20_000)
    house.deps.reservations.accept(offer.id, house.now_ms)

    with client.get("/desk/events") as answer:
        assert SID in until(messages(answer), "connected")[1]


def test_the_talk_of_the_own_call_arrives_and_of_others_does_not(house):
    client = house.person("aisha")
    post(client, "/desk/status", status="available")
    a_call(house)
    a_call(house, "CA-other")
    waits_in_line(house)
    house.deps.reservations.reserve_next(house.now_ms, 20_000)
    with client.get("/desk/events") as answer:
        news = messages(answer)
        until(news, "offer")
        house.log.append("CA-other", Kind.HEARD, START, turn=1, text="别人的话", confidence=0.9)
        house.log.append(SID, Kind.HEARD, START, turn=2, text="快一点", confidence=0.9)
        data = until(news, "talk")[1]

    assert "快一点" in data
    assert "别人的话" not in data


def test_a_voice_token_is_for_the_agents_own_identity(house):
    assert house.person("aisha").get("/desk/token").status_code == 404

    deps = replace(house.deps, token_for=lambda who: f"token of {who}")
    client = make_app(deps).test_client()
    log_in(client, "aisha")

    answer = client.get("/desk/token")
    assert answer.json == {"identity": "aisha", "token": "token of aisha"}
    assert answer.headers["Cache-Control"] == "no-store"
