"""The phone company as a list of what it was asked."""

from typing import BinaryIO


class FakeVoiceClient:
    """Keeps the orders; fails where it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.fails: Exception | None = None
        self.gone: set[str] = set()
        """Calls that the provider does not know any more."""

    def redirect_call(self, call_sid: str, url: str) -> None:
        self._ask("redirect_call", call_sid, url)

    def dial_agent(
        self, endpoint: str, caller_id: str, url: str, status_callback: str, timeout_seconds: int
    ) -> str:
        self._ask("dial_agent", endpoint, url)
        return f"CA{len(self.asked):032d}"

    def is_live(self, call_sid: str) -> bool:
        self._ask("is_live", call_sid)
        return call_sid not in self.gone

    def hang_up(self, call_sid: str) -> None:
        self._ask("hang_up", call_sid)

    def fetch_recording(self, url: str, target: BinaryIO) -> int:
        self._ask("fetch_recording", url)
        return 0

    def delete_recording(self, sid: str) -> None:
        self._ask("delete_recording", sid)

    def _ask(self, *order: str) -> None:
        if self.fails:
            raise self.fails
        self.asked.append(order)
