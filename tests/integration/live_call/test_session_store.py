"""What is kept of a live call: versions, what is still to be done, first answers, tokens."""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from redis import Redis

from ivr import effects as fx
from ivr.errors import CallStateLost, LiveStateUnavailable
from ivr.session_store import SessionStore, due_field
from ivr.state import Phase
from tests.fakes.live_call import CALL, NOW_MS, in_phase


def test_a_call_is_kept_as_it_is_with_what_is_still_to_be_done(store: SessionStore) -> None:
    state, due = in_phase(Phase.WAITING, version=7), (fx.LeaveQueue(), fx.CloseCall("abandoned"))

    assert store.save(state, expected=None, effects=due, now_ms=NOW_MS)

    held = store.load(CALL)
    assert held is not None and held.state == state
    assert held.due[due_field(7)].effects == due
    store.performed(CALL, due_field(7))
    assert store.load(CALL) == msgspec.structs.replace(held, due={})


def test_a_call_that_nobody_began_is_not_there(store: SessionStore) -> None:
    assert store.load("CA" + "9" * 32) is None


def test_of_two_who_saw_the_same_version_one_is_refused(store: SessionStore) -> None:
    store.save(in_phase(Phase.RINGING), expected=None, effects=(), now_ms=NOW_MS)
    first, second = (in_phase(phase, version=1) for phase in (Phase.TALKING, Phase.ENDED))

    assert store.save(first, expected=0, effects=(), now_ms=NOW_MS)
    assert not store.save(second, expected=0, effects=(), now_ms=NOW_MS)
    assert not store.save(in_phase(Phase.RINGING), expected=None, effects=(), now_ms=NOW_MS)
    held = store.load(CALL)
    assert held is not None and held.state.phase is Phase.TALKING


def test_state_of_another_shape_is_named_and_not_guessed(store: SessionStore, redis: Redis) -> None:
    redis.hset(f"{{call:{CALL}}}", mapping={"state": '{"phase": "dancing"}', "version": "3"})

    with pytest.raises(CallStateLost, match=f"state of call '{CALL}' cannot be read"):
        store.load(CALL)


def test_everything_that_is_kept_expires(store: SessionStore, redis: Redis) -> None:
    store.save(in_phase(Phase.RINGING), expected=None, effects=(), now_ms=NOW_MS)
    store.first_reply(CALL, "incoming", "<Response/>")
    store.use_token("nonce")

    assert all(redis.ttl(key) > 0 for key in redis.scan_iter())


def test_a_webhook_that_comes_twice_gets_the_first_answer(store: SessionStore) -> None:
    assert store.reply(CALL, "incoming") is None
    assert store.first_reply(CALL, "incoming", "<first/>") == "<first/>"
    assert store.first_reply(CALL, "incoming", "<second/>") == "<first/>"
    assert store.first_reply(CALL, "resume:2", "<second/>") == "<second/>"


def test_a_stream_token_opens_one_stream(store: SessionStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        uses = list(pool.map(store.use_token, ["nonce"] * 8))

    assert sorted(uses) == [False] * 7 + [True]


def test_redis_away_is_said_in_one_sentence() -> None:
    store = SessionStore(Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=1))

    with pytest.raises(LiveStateUnavailable, match="is Redis running"):
        store.load(CALL)
