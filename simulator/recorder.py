"""Recordings: frames of a leg kept as WAV, reported when ready, fetched and deleted by REST."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from audio.frames import RATE
from audio.mulaw import SILENCE, decode
from audio.pcm import mix
from audio.wav import write_wav
from simulator.clock import rfc2822
from simulator.leg import Leg
from simulator.signing import new_sid

if TYPE_CHECKING:
    from simulator.exchange import Exchange


_NOTHING_RECORDED = 13227
"""The error code of an absent recording."""


@dataclass(frozen=True, slots=True)
class RecordingOrder:
    """What is to be recorded, and who is told."""

    source: str
    channels: int = 2
    track: str = "both"
    callback: str = ""
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})


class Recording:
    """A tap that keeps both directions: channel 0 what the party says, 1 what it hears."""

    def __init__(self, leg: Leg, order: RecordingOrder, folder: Path) -> None:
        self.sid = new_sid("RE")
        self.call_sid = leg.sid
        self.order = order
        self.path = folder / f"{self.sid}.wav"
        self.status = "in-progress"
        self.started_at: datetime = leg.clock.now()
        self.error_code: int | None = None
        self.pause_behavior = "silence"
        self.finished = asyncio.Event()
        """Set when the file lies there, or never will."""
        self._said = bytearray()
        self._heard = bytearray()
        self._bytes = 0

    @property
    def seconds(self) -> float:
        """Length of what is kept."""
        return self._bytes / RATE

    @property
    def over(self) -> bool:
        """Whether nothing more is taken."""
        return self.status not in ("in-progress", "paused")

    def frame(self, said: bytes, heard: bytes) -> None:
        """Keep one frame, or silence, or nothing, as pausing asks."""
        if self.status == "paused":
            if self.pause_behavior == "skip":
                return
            said = heard = SILENCE
        self._said += said
        self._heard += heard
        self._bytes += len(said)

    def skipped(self, frames: int) -> None:
        """Keep both channels as long as the call."""
        for _ in range(frames):
            self.frame(SILENCE, SILENCE)

    def write(self) -> None:
        """Write the WAV: 8 kHz, 16 bit; the sound is on disk only from then on."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_wav(self.path, self._samples(), RATE)
        self._said, self._heard = bytearray(), bytearray()

    def _samples(self) -> NDArray[np.int16]:
        said, heard = decode(bytes(self._said)), decode(bytes(self._heard))
        tracks = {"inbound": [said], "outbound": [heard]}.get(self.order.track, [said, heard])
        if self.order.channels == 2:
            nothing = np.zeros_like(said)
            return np.stack(
                [
                    said if self.order.track != "outbound" else nothing,
                    heard if self.order.track != "inbound" else nothing,
                ]
            )
        return mix(*tracks)


class Recordings:
    """All recordings of the account."""

    def __init__(self, exchange: Exchange, folder: Path) -> None:
        self._exchange = exchange
        self._folder = folder
        self.all: dict[str, Recording] = {}

    def start(self, leg: Leg, order: RecordingOrder) -> Recording:
        """Record a leg until it ends or `stop` is called."""
        recording = Recording(leg, order, self._folder)
        self.all[recording.sid] = recording
        leg.taps.append(recording)
        leg.on_end.append(lambda: self.stop(leg, recording))
        self._exchange.journal.add("recording", leg.sid, sid=recording.sid, status="in-progress")
        self._report(leg, recording, "in-progress")
        return recording

    def stop(self, leg: Leg, recording: Recording) -> None:
        """Take no more sound; write and report in the background."""
        if recording.over:
            return
        recording.status = "processing"
        if recording in leg.taps:
            leg.taps.remove(recording)
        self._exchange.in_background(self._finish(leg, recording))

    def of_call(self, call_sid: str) -> list[Recording]:
        """A call's recordings in order."""
        return [one for one in self.all.values() if one.call_sid == call_sid]

    def delete(self, recording: Recording) -> None:
        """Forget a recording and its file."""
        self.all.pop(recording.sid, None)
        recording.path.unlink(missing_ok=True)

    def url(self, recording: Recording) -> str:
        """Address of the sound, without an extension, as callbacks give it."""
        return self._exchange.account_url(f"Recordings/{recording.sid}")

    async def _finish(self, leg: Leg, recording: Recording) -> None:
        recording.status = "completed" if await self._written(leg, recording) else "absent"
        recording.finished.set()
        facts = {"sid": recording.sid, "status": recording.status, "seconds": recording.seconds}
        self._exchange.journal.add("recording", leg.sid, **facts)
        self._report(leg, recording, recording.status)

    async def _written(self, leg: Leg, recording: Recording) -> bool:
        """Whether there is a file: not without sound, and not on a full disk."""
        if recording.seconds == 0:
            recording.error_code = _NOTHING_RECORDED
            return False
        try:
            await asyncio.to_thread(recording.write)
        except OSError as error:
            recording.error_code = _NOTHING_RECORDED
            reason = f"recording {recording.sid} could not be written: {error}"
            self._exchange.journal.add("error", leg.sid, code=_NOTHING_RECORDED, reason=reason)
            return False
        return True

    def _report(self, leg: Leg, recording: Recording, event: str) -> None:
        order = recording.order
        if not order.callback or event not in order.events:
            return
        form = {
            "AccountSid": self._exchange.account_sid,
            "CallSid": leg.sid,
            "RecordingSid": recording.sid,
            "RecordingUrl": self.url(recording),
            "RecordingStatus": event,
            "RecordingDuration": str(round(recording.seconds)),
            "RecordingChannels": str(order.channels),
            "RecordingSource": order.source,
            "RecordingTrack": order.track,
            "RecordingStartTime": rfc2822(recording.started_at),
            "ErrorCode": str(recording.error_code or 0),
        }
        self._exchange.webhooks.notify(order.callback, form, order.method)
