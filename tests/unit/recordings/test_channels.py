from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from audio.wav import write_wav
from recordings.channels import file_of, split
from recordings.errors import BadRecording, StorageFailed, UnknownRecording
from recordings.models import Recording

CALLER = np.full(8000, 1000, np.int16)
FAR_SIDE = np.full(8000, -2000, np.int16)


def row(path: str | None) -> Recording:
    return Recording(sid="RE1", path=path, announced_at=datetime(2026, 11, 22, tzinfo=UTC))


def test_the_caller_is_first_and_what_they_hear_is_second(tmp_path: Path) -> None:
    file = tmp_path / "RE1.wav"
    write_wav(file, np.stack([CALLER, FAR_SIDE]), 8000)
    parties = split(file)
    assert list(parties) == ["caller", "agent"]
    assert (parties["caller"] == CALLER).all() and (parties["agent"] == FAR_SIDE).all()


def test_another_rate_is_brought_to_the_telephones(tmp_path: Path) -> None:
    file = tmp_path / "RE1.wav"
    write_wav(file, np.zeros((2, 16000), np.int16), 16000)
    assert {sound.size for sound in split(file).values()} == {8000}


def test_one_channel_cannot_tell_who_spoke(tmp_path: Path) -> None:
    file = tmp_path / "RE1.wav"
    write_wav(file, CALLER, 8000)
    with pytest.raises(BadRecording, match=r"1 channel\(s\); expected 2, one a direction"):
        split(file)


def test_a_file_that_is_no_wav_is_named(tmp_path: Path) -> None:
    file = tmp_path / "RE1.wav"
    file.write_bytes(b"<html>404</html>")
    with pytest.raises(BadRecording, match=r"'RE1'.*RIFF"):
        split(file)


@pytest.mark.parametrize("stored", ["", ".", "absent.wav", "2026/11/RE1.wav"])
def test_a_row_without_its_file_is_named(tmp_path: Path, stored: str) -> None:
    with pytest.raises(StorageFailed, match="missing"):
        file_of(row(stored), tmp_path)


def test_a_row_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes(b"x")
    for stored in ("../secret.wav", "../../secret.wav", str(secret)):
        with pytest.raises(StorageFailed, match="leads out"):
            file_of(row(stored), tmp_path / "recordings")


def test_a_row_without_a_path_was_never_fetched(tmp_path: Path) -> None:
    with pytest.raises(UnknownRecording):
        file_of(row(None), tmp_path)
