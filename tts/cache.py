"""Spoken texts kept on disk by what made them: the same sentence is synthesised once."""

import hashlib
import logging
import os
import uuid
from pathlib import Path
from typing import Protocol

from tts.speaker import Speech
from tts.voices import voice_of

log = logging.getLogger(__name__)


class VersionedSpeaker(Protocol):
    """A speaker that says which engine made its sound."""

    engine_version: str

    def speak(self, text: str, language: str, *, rate: float = 1.0) -> Speech:
        """As tts.speaker.Speaker."""


class CachedSpeaker:
    """A speaker with a folder; trouble with the folder costs time, never speech."""

    def __init__(self, speaker: VersionedSpeaker, folder: Path) -> None:
        self._speaker = speaker
        self._folder = folder
        self.engine_version = speaker.engine_version

    def speak(self, text: str, language: str, *, rate: float = 1.0) -> Speech:
        """Sound from the folder, else from the speaker; raises what the speaker raises."""
        path = self._path(text, language, rate)
        kept = _read(path)
        if kept:
            return Speech(ulaw=kept, text=text, language=language)
        speech = self._speaker.speak(text, language, rate=rate)
        _write(path, speech.ulaw)
        return speech

    def _path(self, text: str, language: str, rate: float) -> Path:
        key = "\n".join((self.engine_version, voice_of(language), f"{rate:.3f}", text))
        name = hashlib.sha256(key.encode()).hexdigest()
        return self._folder / name[:2] / f"{name}.ulaw"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        log.warning("speech cache cannot be read, speaking anew: %s", error)
        return b""


def _write(path: Path, ulaw: bytes) -> None:
    """Whole or not at all: readers see the file only after its rename."""
    half = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.write_bytes(ulaw)
        os.replace(half, path)
    except OSError as error:
        log.warning("speech cache cannot be written, going on without: %s", error)
        _discard(half)


def _discard(half: Path) -> None:
    try:
        half.unlink(missing_ok=True)
    except OSError:
        return
