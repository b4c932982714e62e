"""The application's sound on its way to the party: played 20 ms at a time, marks in between."""

from collections import deque
from collections.abc import Callable

from audio.frames import FRAME_BYTES
from audio.mulaw import SILENCE


class PlayBuffer:
    """The application's sound in order, played 20 ms at a time, with marks in between."""

    def __init__(self, on_mark: Callable[[str], None]) -> None:
        self._items: deque[memoryview | str] = deque()
        self._on_mark = on_mark
        self.bytes_waiting = 0

    def add(self, sound: bytes) -> None:
        """Sound of any length, behind what is there."""
        if sound:
            self._items.append(memoryview(sound))
            self.bytes_waiting += len(sound)

    def mark(self, name: str) -> None:
        """A name to be echoed when everything before it has been heard."""
        self._items.append(name)

    def clear(self) -> int:
        """Drop the sound, echo every pending mark; bytes dropped."""
        dropped, self.bytes_waiting = self.bytes_waiting, 0
        marks = [item for item in self._items if isinstance(item, str)]
        self._items.clear()
        for name in marks:
            self._on_mark(name)
        return dropped

    def next_frame(self) -> bytes:
        """160 bytes, filled up with silence where the application is late."""
        parts: list[bytes] = []
        room = FRAME_BYTES
        self._echo_reached()
        while room and self._items:
            item = self._items.popleft()
            if isinstance(item, str):
                self._on_mark(item)
                continue
            parts.append(bytes(item[:room]))
            if len(item) > room:
                self._items.appendleft(item[room:])
            room -= len(parts[-1])
        taken = b"".join(parts)
        self.bytes_waiting -= len(taken)
        return taken.ljust(FRAME_BYTES, SILENCE[:1])

    def _echo_reached(self) -> None:
        while self._items and isinstance(self._items[0], str):
            name = self._items.popleft()
            if isinstance(name, str):
                self._on_mark(name)
