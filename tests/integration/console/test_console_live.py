"""The live page and its events."""

from dataclasses import replace
from datetime import timedelta

from calls.kinds import Kind
from console.archive import ALERTS_KEPT
from tests.fakes.console_house import (
    PASSWORD,
    SID,
    START,
    a_call,
    log_in,
    make_app,
    messages,
    token_of,
    until,
    waits_in_line,
)


def test_the_live_page_shows_who_waits_and_why_first(house):
    a_call(house, status="waiting")
    waits_in_line(house)
    house.deps.presence.sign_in("tomas", "Tomas", {"lang_en": 5}, "client:tomas", house.now_ms)

    page = house.person("boss").get("/live").text

    assert "+86138****0103" in page and "13800000103" not in page
    assert "head start 180 s" in page and "gold member" in page
    assert "Tomas" in page


def test_live_events_come_by_kind_and_go_on_after_the_last_one_seen(house):
    client = house.person("boss")
    a_call(house)
    with client.get("/live/events") as answer:
        news = messages(answer)
        assert until(news, "calls")[0] == "calls"
        house.log.append(SID, Kind.HEARD, START, turn=1, text="我要退货", confidence=0.9)
        _, card, last_id = until(news, Kind.HEARD.value)
        assert "我要退货" in card and f'id="call-{SID}"' in card

    house.log.append(SID, Kind.REPLIED, START, turn=1, text="好的", latency_ms=400)
    with client.get("/live/events", headers={"Last-Event-ID": last_id}) as answer:
        kinds = [next(news)[0] for news in [messages(answer)] for _ in range(5)]
    assert Kind.REPLIED.value in kinds
    assert Kind.HEARD.value not in kinds


def test_what_a_caller_says_is_never_run_as_html(house):
    a_call(house)
    attack = '<img src=x onerror="alert(1)">'
    house.log.append(SID, Kind.HEARD, START, turn=1, text=attack, confidence=0.9)

    page = house.person("boss").get("/live").text

    assert attack not in page
    assert "&lt;img src=x" in page


def test_too_many_watchers_are_refused_and_find_room_when_one_leaves(house):
    deps = replace(house.deps, live_streams=1)
    app = make_app(deps)
    client = app.test_client()
    log_in(client, "boss")
    house.deps.users.create("boss2", PASSWORD, display_name="Other boss", role="supervisor")
    other = app.test_client()
    log_in(other, "boss2")
    first = client.get("/live/events")

    assert other.get("/live/events").status_code == 503
    first.close()
    again = other.get("/live/events")
    assert again.status_code == 200
    again.close()


FURIOUS = {"level": 3, "reasons": [{"code": "said", "values": {"words": {"投诉": 2}}}]}


def test_an_upset_caller_is_shown_on_top_until_a_supervisor_has_seen_it(house):
    a_call(house)
    house.log.append(SID, Kind.ALERTED, START, **FURIOUS)
    boss = house.person("boss")
    boss.set_cookie("hotline_language", "zh")
    page = boss.get("/live").text
    assert 'class="alert"' in page and "说了投诉2次" in page and "暴怒" in page
    assert "13800000103" not in page

    seen = boss.post(f"/live/alerts/{SID}/seen", data={"csrf_token": token_of(boss, "/live")})

    assert seen.status_code == 303
    assert 'class="alert"' not in boss.get("/live").text
    again = boss.post(f"/live/alerts/{SID}/seen", data={"csrf_token": token_of(boss, "/live")})
    assert again.status_code == 303
    kept = [e for e in house.log.events(SID) if e.kind == Kind.ALERT_SEEN]
    assert [event.data for event in kept] == [{"by": "boss", "level": 3}]
    assert "boss 已查看提醒" in boss.get(f"/calls/{SID}").text


def test_a_caller_who_gets_worse_is_shown_again(house):
    a_call(house)
    house.log.append(SID, Kind.ALERTED, START, level=2, reasons=[])
    house.log.append(SID, Kind.ALERT_SEEN, START, by="boss", level=2)
    house.log.append(SID, Kind.ALERTED, START, **FURIOUS)
    assert 'class="alert"' in house.person("boss").get("/live").text


def test_an_alert_comes_by_itself_and_stays_after_the_call_until_it_is_seen(house):
    client = house.person("boss")
    a_call(house)
    with client.get("/live/events") as answer:
        news = messages(answer)
        assert "alert" not in until(news, "alerts")[1]
        house.log.append(SID, Kind.ALERTED, START, **FURIOUS)
        assert 'class="alert"' in until(news, "alerts")[1]
        house.log.end_call(SID, "caller_left", START)
        house.log.append(SID, Kind.ENDED, START, outcome="caller_left", seconds=9)
        assert 'class="alert"' in until(news, "alerts")[1]
        token = token_of(client, "/live")
        client.post(f"/live/alerts/{SID}/seen", data={"csrf_token": token})
        assert 'class="alert"' not in until(news, "alerts")[1]


def test_an_alert_nobody_saw_is_dropped_after_half_a_day(house):
    a_call(house)
    house.log.append(SID, Kind.ALERTED, START, **FURIOUS)
    house.log.end_call(SID, "caller_left", START)
    house.clock[0] = START + ALERTS_KEPT - timedelta(minutes=1)
    assert 'class="alert"' in house.person("boss").get("/live").text
    house.clock[0] = START + ALERTS_KEPT + timedelta(minutes=1)
    assert 'class="alert"' not in house.person("boss").get("/live").text


def test_only_who_may_watch_may_say_seen(house):
    a_call(house)
    house.log.append(SID, Kind.ALERTED, START, **FURIOUS)
    for name in ("noor", "tomas"):
        person = house.person(name)
        token = token_of(person, "/calls" if name == "noor" else "/desk")
        assert (
            person.post(f"/live/alerts/{SID}/seen", data={"csrf_token": token}).status_code == 403
        )
    assert house.visitor().post(f"/live/alerts/{SID}/seen").status_code == 400
    assert not any(event.kind == Kind.ALERT_SEEN for event in house.log.events(SID))
