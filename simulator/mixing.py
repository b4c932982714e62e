"""A room in which legs hear each other: sums of 20 ms frames, saturating."""

from collections import deque

import numpy as np

from audio.mulaw import SILENCE, decode, encode
from simulator.leg import Leg

_AHEAD = 2
"""Frames gathered before a voice is let through: two clocks of 20 ms never tick together."""
_MOST = 6
"""More than 120 ms behind is cut off rather than heard late for the rest of the call."""


class Lane:
    """One voice on its way to one listener."""

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque(maxlen=_MOST)
        self._flowing = False

    def push(self, frame: bytes) -> None:
        """The next frame; the oldest makes room."""
        self._frames.append(frame)

    def pull(self) -> bytes | None:
        """The next frame, or None while the lane fills."""
        if not self._frames:
            self._flowing = False
            return None
        self._flowing = self._flowing or len(self._frames) >= _AHEAD
        return self._frames.popleft() if self._flowing else None


class Seat:
    """One leg in a room: its tap and its ear."""

    def __init__(self, room: "Room", leg: Leg) -> None:
        self.leg = leg
        self.muted = False
        self.held = False
        self.coaching = ""
        """CallSid of the only leg that hears this one (whisper)."""
        self.lanes: dict[Seat, Lane] = {}
        self._room = room

    def frame(self, said: bytes, heard: bytes) -> None:
        """Pass on what the party said."""
        if not self.muted and not self.held:
            self._room.spread(self, said)

    def skipped(self, frames: int) -> None:
        """Nobody waits for frames that never were."""

    def next_frame(self) -> bytes:
        """Everybody else, as far as this seat may hear them."""
        voices = [frame for lane in self.lanes.values() if (frame := lane.pull()) is not None]
        if self.held or not self._room.open:
            return SILENCE
        return mixed(voices)


class Room:
    """Seats that hear each other while the room is open."""

    def __init__(self, *, is_open: bool = True) -> None:
        self.seats: list[Seat] = []
        self.open = is_open

    def sit(self, leg: Leg) -> Seat:
        """A new seat, with a lane to and from everybody."""
        seat = Seat(self, leg)
        for other in self.seats:
            other.lanes[seat] = Lane()
            seat.lanes[other] = Lane()
        self.seats.append(seat)
        return seat

    def rise(self, seat: Seat) -> None:
        """Leave; twice does nothing."""
        if seat not in self.seats:
            return
        self.seats.remove(seat)
        for other in self.seats:
            other.lanes.pop(seat, None)

    def spread(self, speaker: Seat, frame: bytes) -> None:
        """Give one frame to all who may hear the speaker."""
        for listener in self.seats:
            if listener is speaker or speaker.coaching not in ("", listener.leg.sid):
                continue
            listener.lanes[speaker].push(frame)


def mixed(voices: list[bytes]) -> bytes:
    """Sum of mu-law frames; a single voice passes unchanged."""
    loud = [voice for voice in voices if voice != SILENCE]
    if len(loud) < 2:
        return loud[0] if loud else SILENCE
    total = np.sum([decode(voice).astype(np.int32) for voice in loud], axis=0)
    return encode(np.clip(total, -32768, 32767).astype(np.int16))
