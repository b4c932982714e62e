"""Threads and processes at once, killed ones, Redis away: callers notice a short wait at most."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import redis as redis_client

from ops.redis_server import RedisServer
from queues.dispatcher import Dispatcher
from queues.errors import QueueUnavailable
from queues.presence import Presence
from queues.reservations import Reservations
from queues.waiting import Waiting
from tests.fakes.queue_floor import LEASE, join, sign_in


def start(
    dispatchers: int, redis_url: str, on_reserved, on_expired=lambda offer: None, lease=LEASE
):
    stop, threads = threading.Event(), []
    for _ in range(dispatchers):
        redis = redis_client.Redis.from_url(redis_url, decode_responses=True)
        dispatcher = Dispatcher(
            Reservations(redis),
            redis,
            lease_ms=lease,
            on_reserved=on_reserved,
            on_expired=on_expired,
            now_ms=lambda: int(time.time() * 1000),
        )
        threads.append(threading.Thread(target=dispatcher.run, args=(stop,), daemon=True))
    for thread in threads:
        thread.start()

    def finish() -> None:
        stop.set()
        for thread in threads:
            thread.join(5)
            assert not thread.is_alive()

    return finish


def until(claim, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, "did not come true in time"
        time.sleep(0.01)


def clock() -> int:
    return int(time.time() * 1000)


def test_two_dispatchers_bridge_every_caller_exactly_once(redis, redis_url):
    waiting, presence, reservations = Waiting(redis), Presence(redis), Reservations(redis)
    served: list[str] = []

    def answer(offer) -> None:
        assert reservations.accept(offer.id, clock())
        served.append(offer.call_sid)
        assert reservations.complete(offer.id, clock(), wrap_up_ms=0)

    finish = start(2, redis_url, answer)
    for number in range(5):
        sign_in(presence, f"A{number}", ["lang_zh"], clock())
    sids = [f"C{number}" for number in range(200)]
    for sid in sids:
        join(waiting, sid, ["lang_zh"], clock())
    until(lambda: len(served) >= 200)
    finish()
    assert sorted(served) == sorted(sids)
    assert waiting.all() == []


def test_a_caller_is_offered_within_a_blink_of_joining(redis, redis_url):
    offered = threading.Event()
    finish = start(1, redis_url, lambda offer: offered.set())
    sign_in(Presence(redis), "aisha", ["lang_zh"], clock())
    time.sleep(0.2)
    begun = time.monotonic()
    join(Waiting(redis), "mei", ["lang_zh"], clock())
    assert offered.wait(2)
    assert time.monotonic() - begun < 0.25  # woken by the bell, not by the safety net
    finish()


def test_an_unanswered_offer_is_reported_and_the_next_agent_is_rung(redis, redis_url):
    rung: list[str] = []
    expired: list[str] = []
    presence = Presence(redis)
    sign_in(presence, "tomas", ["lang_zh"], clock())
    time.sleep(0.005)
    sign_in(presence, "aisha", ["lang_zh"], clock())
    join(Waiting(redis), "mei", ["lang_zh"], clock())
    finish = start(
        2, redis_url, lambda o: rung.append(o.agent_id), lambda o: expired.append(o.agent_id), 300
    )
    until(lambda: len(rung) == 2)
    finish()
    assert rung == ["tomas", "aisha"]
    assert expired[:1] == ["tomas"]
    assert presence.get("tomas").status == "break"


def test_a_phone_that_cannot_be_rung_does_not_end_the_dispatcher(redis, redis_url, caplog):
    tried: list[str] = []

    def ring(offer) -> None:
        tried.append(offer.agent_id)
        if offer.agent_id == "tomas":
            raise OSError("no line")

    presence = Presence(redis)
    sign_in(presence, "tomas", ["lang_zh"], clock())
    time.sleep(0.005)
    sign_in(presence, "aisha", ["lang_zh"], clock())
    join(Waiting(redis), "mei", ["lang_zh"], clock())
    finish = start(1, redis_url, ring)
    until(lambda: tried == ["tomas", "aisha"])
    finish()
    assert presence.get("tomas").state == "idle"
    assert presence.get("tomas").status == "available"
    assert "call mei" in caplog.text


def test_a_dispatcher_survives_an_outage_of_redis_and_says_so_once(tmp_path, caplog):
    server = RedisServer(tmp_path)
    server.start()
    rung: list[str] = []
    finish = start(1, server.url, lambda offer: rung.append(offer.call_sid))
    server.stop()
    until(lambda: "dispatching stopped" in caplog.text, 20)
    time.sleep(1.5)
    server.start()
    redis = redis_client.Redis.from_url(server.url, decode_responses=True)
    until(lambda: redis.ping())
    sign_in(Presence(redis), "aisha", ["lang_zh"], clock())
    join(Waiting(redis), "mei", ["lang_zh"], clock())
    until(lambda: rung == ["mei"], 20)
    finish()
    redis.close()
    server.stop()
    assert caplog.text.count("dispatching stopped") == 1
    assert caplog.text.count("goes on: Redis is back") == 1


def test_redis_away_is_one_clear_sentence():
    redis = redis_client.Redis(port=1, decode_responses=True, retry=None)
    with pytest.raises(QueueUnavailable) as caught:
        Waiting(redis).position("mei")
    assert caught.value.retryable
    assert str(caught.value).startswith("the queues' Redis did not answer 'place' (")
    with pytest.raises(QueueUnavailable):
        Waiting(redis).all()


KILLED = """
import os, signal, sys, time, redis
from queues.reservations import Reservations
client = redis.Redis.from_url(sys.argv[1], decode_responses=True)
offer = Reservations(client).reserve_next(int(time.time() * 1000), 1000)
print(offer.id, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_killed_between_reserving_and_accepting_loses_no_caller(redis, redis_url):
    waiting, presence, reservations = Waiting(redis), Presence(redis), Reservations(redis)
    sign_in(presence, "aisha", ["lang_zh"], clock())
    joined = clock()
    join(waiting, "mei", ["lang_zh"], joined)
    child = subprocess.run(
        [sys.executable, "-c", KILLED, redis_url],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    assert waiting.position("mei").state == "offered"
    until(lambda: reservations.sweep(clock()).timed_out != ())
    place = waiting.position("mei")
    assert (place.state, place.position, place.joined_ms) == ("waiting", 1, joined)
    presence.set_status("aisha", "available", clock())
    offer = reservations.reserve_next(clock(), LEASE)
    assert offer.call_sid == "mei" and offer.id != child.stdout.strip()


def test_an_accept_and_a_hang_up_at_once_have_one_winner(redis, redis_url):
    waiting, presence = Waiting(redis), Presence(redis)
    for number in range(60):
        sid, now = f"C{number}", clock()
        sign_in(presence, "aisha", ["lang_zh"], now)
        join(waiting, sid, ["lang_zh"], now)
        reservations = Reservations(redis)
        offer = reservations.reserve_next(now, LEASE)
        gate, got = threading.Barrier(2), {}

        def accept(gate=gate, got=got, offer=offer, now=now, reservations=reservations):
            gate.wait(5)
            got["accepted"] = reservations.accept(offer.id, now)

        def leave(gate=gate, got=got, sid=sid, now=now):
            gate.wait(5)
            got["left"] = waiting.leave(sid, now) is not None

        threads = [threading.Thread(target=accept), threading.Thread(target=leave)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(5)
        assert got["accepted"] != got["left"]
        if got["accepted"]:
            assert reservations.complete(offer.id, now, wrap_up_ms=0)
        assert presence.get("aisha").state == "idle"
