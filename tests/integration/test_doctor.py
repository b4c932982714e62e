"""What the doctor tells of calls: recordings that are stuck, requests that nobody signed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy.orm import Session, sessionmaker

from asr.model_files import default_models
from calls.log import CallLog
from ops.database.engine import create_all, make_engine, make_session_factory
from ops.doctor import Unwell, _models, _recordings, _signed
from ops.rejections import Rejections
from ops.settings import Settings
from recordings.intake import Intake
from recordings.work import Work
from tests.fakes.environment import demo

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path, redis_url: str) -> Settings:
    return Settings.from_env({**demo(tmp_path), "HOTLINE_REDIS_URL": redis_url})


@pytest.fixture
def sessions(settings: Settings) -> Iterator[sessionmaker[Session]]:
    engine = make_engine(settings.store.database_url)
    create_all(engine)
    yield make_session_factory(engine)
    engine.dispose()


def a_call(sessions: sessionmaker[Session], number: int = 1) -> str:
    sid = f"CA{number:032d}"
    CallLog(sessions, lambda _: None).open_call(
        sid, caller="+1", called="+2", language="zh", customer_id=None, now=NOW
    )
    return sid


def stuck_recording(sessions: sessionmaker[Session], number: int, error: str | None) -> str:
    """A recording that was tried eight times."""
    sid, now = f"RE{number:032d}", NOW
    Intake(sessions, Path(), lambda url, target: 0).announce(
        sid, a_call(sessions, number), "x", now
    )
    for _ in range(8):
        assert Work(sessions).claim(sid, now, 1) is not None
        Work(sessions).release(sid, now, error)
        now += timedelta(hours=1)
    return sid


def test_a_recording_that_is_stuck_is_named_with_its_error(
    settings: Settings, sessions: sessionmaker[Session]
) -> None:
    assert _recordings(settings) == "none is stuck"
    sid = stuck_recording(sessions, 1, "the disk is full")

    with pytest.raises(Unwell) as found:
        _recordings(settings)

    assert str(found.value) == f"1 stuck: {sid} (announced, 8 tries): the disk is full"
    assert "the worker tries again" in found.value.mend


def test_of_many_stuck_recordings_some_are_named_and_the_rest_counted(
    settings: Settings, sessions: sessionmaker[Session]
) -> None:
    for number in range(1, 6):
        stuck_recording(sessions, number, None)

    with pytest.raises(Unwell, match=r"5 stuck: .*see the worker log; 2 more"):
        _recordings(settings)


def test_nothing_but_rejected_requests_is_a_matter_of_token_or_address(
    settings: Settings, sessions: sessionmaker[Session], redis: Redis
) -> None:
    assert _signed(settings) == "none was rejected"
    for _ in range(3):
        Rejections(redis).count()

    with pytest.raises(Unwell, match="3 rejected and no call was ever taken") as found:
        _signed(settings)

    assert "TWILIO_AUTH_TOKEN" in found.value.mend
    assert "HOTLINE_PUBLIC_BASE_URL" in found.value.mend


def test_rejected_requests_beside_real_calls_are_told_and_no_fault(
    settings: Settings, sessions: sessionmaker[Session], redis: Redis
) -> None:
    Rejections(redis).count()
    a_call(sessions)

    assert _signed(settings).startswith("1 rejected, 1 call(s) taken; if calls fail, check TWILIO")


def test_the_bundled_models_are_said_to_be_for_no_real_callers(tmp_path: Path) -> None:
    told = _models(None, {})

    for name in ("vosk-model-small-cn-0.22", "vosk-model-small-en-us-0.15"):
        assert f"hotline models fetch {name} && hotline models use" in told
    assert told.count("real callers will be misheard") == 2
    assert "synthesised voices and" in told and "hotline models compare" not in told


def test_another_list_of_models_is_the_one_that_is_advised(tmp_path: Path) -> None:
    (tmp_path / "list.yaml").write_text(
        "models: [{name: ours, language: zh, size: small, megabytes: 1, unpacked: 2,"
        " licence: MIT, address: 'http://localhost/ours.zip'}]"
    )

    told = _models(None, {"HOTLINE_MODEL_LIST": str(tmp_path / "list.yaml")})

    assert "hotline models fetch ours && hotline models use zh ours" in told
    assert "the list of models to fetch has none for real callers" in told


def test_models_that_were_not_compared_ask_for_the_language(tmp_path: Path) -> None:
    environ = {
        **demo(tmp_path),
        "HOTLINE_NUMBERS": "+864008000003=heard",
        "HOTLINE_ASR_MODEL_EN": str(default_models()["en"]),
        "HOTLINE_MODELS": str(tmp_path),
    }

    told = _models(Settings.from_env(environ), environ)

    assert "until: hotline models compare" in told and "zh is the bundled one" in told
    assert "en is the bundled one" not in told
