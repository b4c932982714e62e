from datetime import UTC, datetime, timedelta

import pytest

from security.csrf import new_token, same_token
from security.models import User
from security.sessions import LIFETIME, csrf_token, is_current, read_session, start_session

NOW = datetime(2026, 11, 22, 9, 0, 0, 700_000, tzinfo=UTC)


def tomas(epoch=0):
    return User(
        username="tomas", display_name="Tomas", password_hash="", role="agent", session_epoch=epoch
    )


def test_log_in_drops_what_the_visitor_had_and_changes_the_token():
    store = {"csrf": "visitor's", "planted": "by somebody"}

    start_session(store, tomas(), NOW)

    assert "planted" not in store
    assert store["csrf"] != "visitor's"


def test_a_session_ends_with_its_lifetime():
    store = {}
    start_session(store, tomas(), NOW)

    assert read_session(store, NOW).username == "tomas"
    assert read_session(store, NOW + LIFETIME - timedelta(minutes=1)) is not None
    assert read_session(store, NOW + LIFETIME) is None


def test_a_raised_epoch_logs_out_everywhere():
    store = {}
    start_session(store, tomas(), NOW)
    found = read_session(store, NOW)

    assert is_current(found, tomas())
    assert not is_current(found, tomas(epoch=1))
    assert not is_current(found, None)


@pytest.mark.parametrize(
    "store", [{}, {"username": "tomas"}, {"username": "tomas", "epoch": "x", "since": 1}]
)
def test_half_a_session_is_none(store):
    assert read_session(store, NOW) is None


def test_a_token_is_kept_for_the_session_and_compared_whole():
    store = {}
    token = csrf_token(store)

    assert csrf_token(store) == token
    assert same_token(token, token)
    assert not same_token(token, new_token())
    assert not same_token(None, None)
    assert not same_token("", "")
    assert not same_token(token, None)
