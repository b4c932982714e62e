"""What we ask of the phone company while a call is on, whoever the company is."""

from typing import BinaryIO, Protocol


class VoiceClient(Protocol):
    """Call control and recordings; failures are the errors of `telephony.errors`."""

    def redirect_call(self, call_sid: str, url: str) -> None:
        """Let a live call fetch its next verbs from `url`; CallGone when it is over."""

    def dial_agent(
        self, endpoint: str, caller_id: str, url: str, status_callback: str, timeout_seconds: int
    ) -> str:
        """Ring an agent (client:name or E.164) and return the new leg's CallSid."""

    def is_live(self, call_sid: str) -> bool:
        """Whether the leg still rings or talks; False for one that the provider does not know."""

    def hang_up(self, call_sid: str) -> None:
        """End a call; one that is already over is fine."""

    def fetch_recording(self, url: str, target: BinaryIO) -> int:
        """Write the recording, a WAV with a channel per direction, to `target`; bytes written."""

    def delete_recording(self, sid: str) -> None:
        """Remove the provider's copy; one that is already gone is fine."""
