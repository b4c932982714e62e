"""The body of an HTTP answer, read within a size and a time, however slowly it comes."""

from collections.abc import Callable

from requests import Response

_PIECE = 65_536


class AnswerUnbounded(Exception):
    """The body is too large, or was not whole in time."""


class AnswerTooLarge(AnswerUnbounded):
    """More bytes than any right answer has."""


class AnswerTooSlow(AnswerUnbounded):
    """The time was over before the end."""


def bounded_body(response: Response, limit: int, ends: float, steady: Callable[[], float]) -> bytes:
    """All bytes, at most `limit`, before `ends` on the clock `steady`.

    Each piece is taken as it comes (read1): waiting for a full piece would let a partner that
    drips byte by byte hold a caller for hours. Raises AnswerTooLarge, AnswerTooSlow.
    """
    body = b""
    while piece := response.raw.read1(_PIECE, decode_content=True):
        body += piece
        if len(body) > limit:
            raise AnswerTooLarge(f"more than {limit} bytes")
        if steady() > ends:
            raise AnswerTooSlow("the answer took too long")
    return body
