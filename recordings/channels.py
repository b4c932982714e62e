"""Whose voice is on which channel: the caller on the first, what the caller hears on the second."""

from pathlib import Path

from asr.recognizer import Pcm
from audio.errors import SoundUnreadable
from audio.frames import RATE
from audio.resample import resample
from audio.wav import read_wav
from recordings.errors import BadRecording, StorageFailed, UnknownRecording
from recordings.models import Recording

PARTIES = ("caller", "agent")
"""By channel; "agent" is the far side: the bot before the hand-over, then the agent."""


def split(path: Path) -> dict[str, Pcm]:
    """Each party's sound at 8 kHz; BadRecording when the file does not hold two channels."""
    try:
        samples, rate = read_wav(path)
    except SoundUnreadable as error:
        raise BadRecording(path.stem, error.reason, "a complete WAV of 16-bit PCM") from error
    if samples.shape[0] != len(PARTIES):
        found = f"{samples.shape[0]} channel(s)"
        raise BadRecording(path.stem, found, f"{len(PARTIES)}, one a direction")
    return {
        party: resample(sound, rate, RATE) for party, sound in zip(PARTIES, samples, strict=True)
    }


def file_of(recording: Recording, folder: Path) -> Path:
    """The recording's file below `folder`, whatever is written in its row."""
    if recording.path is None:
        raise UnknownRecording(recording.sid)
    root = folder.resolve()
    path = (root / recording.path).resolve()
    if not path.is_relative_to(root):
        raise StorageFailed(recording.sid, "its path leads out of the recordings folder")
    if not path.is_file():
        raise StorageFailed(recording.sid, "its file is missing")
    return path
