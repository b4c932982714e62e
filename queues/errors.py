"""Errors of the queues.

QueueError
└── QueueUnavailable    Redis is away; retryable

Expected outcomes (reservation lost, caller gone, nobody free) are return values.
"""


class QueueError(Exception):
    """Anything that goes wrong with the queues themselves."""

    retryable = False
    code = "queue_error"


class QueueUnavailable(QueueError):
    """The live state cannot be reached."""

    retryable = True
    code = "queue_unavailable"

    def __init__(self, move: str, cause: str) -> None:
        super().__init__(move, cause)
        self.move = move
        self.cause = cause

    def __str__(self) -> str:
        return (
            f"the queues' Redis did not answer {self.move!r} ({self.cause}); "
            "it must run and be reachable: try again, then see hotline doctor"
        )
