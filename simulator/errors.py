"""What the exchange refuses, with Twilio's number for it.

SimulatorError
├── TwimlRefused      the document breaks a rule of TwiML (12100, 12200, …)
├── WebhookFailed     the application did not answer as it must (11200, 11205)
├── StreamRefused     the media stream may not or cannot be opened (319xx)
└── RestRefused       a REST request that Twilio would refuse (status and code)
"""

from typing import ClassVar


class SimulatorError(Exception):
    """Anything the telephone company in a box says no to."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"


class TwimlRefused(SimulatorError):
    """A document that Twilio would not execute."""

    PARSE: ClassVar[int] = 12100
    SCHEMA: ClassVar[int] = 12200


class WebhookFailed(SimulatorError):
    """No usable answer from the application within its time."""

    HTTP: ClassVar[int] = 11200
    CONNECTION: ClassVar[int] = 11205


class StreamRefused(SimulatorError):
    """A media stream that could not be opened, or was closed for cause."""

    REFUSED: ClassVar[int] = 31902
    TLS: ClassVar[int] = 31910
    HANDSHAKE: ClassVar[int] = 31920
    CLOSED: ClassVar[int] = 31921
    SCHEME: ClassVar[int] = 31922
    MALFORMED: ClassVar[int] = 31923
    PROTOCOL: ClassVar[int] = 31924
    BINARY: ClassVar[int] = 31950
    MESSAGE: ClassVar[int] = 31951


class RestRefused(SimulatorError):
    """A REST request answered with Twilio's error document."""

    def __init__(self, status: int, code: int, sentence: str) -> None:
        super().__init__(code, sentence)
        self.status = status
