"""Callers' photos go when their days are over, and their calls tell it; others stay."""

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calls.kinds import Kind
from calls.log import CallLog
from calls.photos import PhotoStore
from calls.pictures import picture_of
from ops.expiry import Expiry
from tests.fakes.pictures import jpeg, png

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
DAYS = 30
OLD, YOUNG = "CA" + "0" * 32, "CA" + "1" * 32


@pytest.fixture
def log(session_factory) -> CallLog:
    log = CallLog(session_factory, lambda _: None)
    for sid in (OLD, YOUNG):
        who = {"caller": "+8613800000108", "called": "+864008000001", "customer_id": "c0108"}
        log.open_call(sid, **who, language="zh", now=NOW - timedelta(days=40))
    return log


@pytest.fixture
def photos(tmp_path: Path) -> PhotoStore:
    return PhotoStore(tmp_path / "photos")


def keep(photos: PhotoStore, sid: str, days_ago: float, made=jpeg) -> Path:
    number = photos.add(sid, picture_of(made()))
    path = photos.one(sid, number).path
    came = (NOW - timedelta(days=days_ago)).timestamp()
    os.utime(path, (came, came))
    return path


def expiry(photos: PhotoStore, log: CallLog, days: int = DAYS) -> Expiry:
    return Expiry(photos, log, days, lambda: NOW)


def told(log: CallLog, sid: str) -> list[dict]:
    return [event.data for event in log.events(sid) if event.kind == Kind.PHOTOS_EXPIRED]


def test_photos_go_after_their_days_and_the_call_tells_how_many(photos, log):
    folder = keep(photos, OLD, 31).parent
    keep(photos, OLD, 30.1, png)
    young = keep(photos, YOUNG, 29.9)
    assert expiry(photos, log).expire() == 2
    assert not folder.exists() and photos.of(OLD) == [] and young.exists()
    assert told(log, OLD) == [{"count": 2}] and told(log, YOUNG) == []
    assert expiry(photos, log).expire() == 0 and len(told(log, OLD)) == 1


def test_of_two_photos_the_younger_one_stays_under_its_number(photos, log):
    keep(photos, OLD, 31)
    keep(photos, OLD, 3, png)
    assert expiry(photos, log).expire() == 1
    assert [(photo.number, photo.kind) for photo in photos.of(OLD)] == [(2, "png")]


def test_what_an_upload_left_that_broke_off_goes_without_a_word(photos, log):
    broken = keep(photos, OLD, 31)
    broken.rename(broken.with_name(".tmpabc"))
    assert expiry(photos, log).expire() == 0
    assert not broken.parent.exists() and told(log, OLD) == []


def test_with_no_days_set_photos_stay(photos, log):
    kept = keep(photos, OLD, 4000)
    assert expiry(photos, log, days=0).expire() == 0 and kept.exists()


def test_nothing_but_photos_is_touched(photos, log, tmp_path):
    stranger = tmp_path / "photos" / "CAmera" / "1"
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(b"kept")
    os.utime(stranger, (0, 0))
    assert expiry(photos, log).expire() == 0 and stranger.exists()


def test_a_house_without_photos_has_nothing_to_do(photos, log):
    assert expiry(photos, log).expire() == 0


def test_the_worker_begins_at_once_and_outlives_a_failing_disk(photos, log, caplog):
    kept = keep(photos, OLD, 31)
    stop = threading.Event()

    def moment() -> datetime:
        stop.set()
        raise OSError("the disk is read-only")

    Expiry(photos, log, DAYS, moment).run(stop)
    assert "removed later" in caplog.text and kept.exists()
