import numpy as np
import pytest

from recordings.errors import RangeRefused
from recordings.playback import ByteRange, parse_range, peaks


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-99", 0, 99),
        ("bytes=0-", 0, 999),
        ("bytes=990-5000", 990, 999),
        ("bytes=-100", 900, 999),
        ("bytes=-5000", 0, 999),
        ("Bytes = 5 - 5", 5, 5),
    ],
)
def test_a_player_gets_the_bytes_it_asks_for(header: str, first: int, last: int) -> None:
    found = parse_range(header, 1000)
    assert found == ByteRange(first, last, 1000)
    assert found.length == last - first + 1
    assert found.header == f"bytes {first}-{last}/1000"


@pytest.mark.parametrize(
    "header", [None, "", "bytes=", "bytes=-", "items=0-5", "bytes=0-1,5-9", "bytes=9-2", "bytes=a-"]
)
def test_what_is_no_single_range_gets_the_whole_file(header: str | None) -> None:
    assert parse_range(header, 1000) is None


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-1001", "bytes=-0"])
def test_bytes_beyond_the_end_are_refused(header: str) -> None:
    with pytest.raises(RangeRefused, match="outside the file's 1000 bytes"):
        parse_range(header, 1000)


def test_an_empty_file_has_no_range() -> None:
    with pytest.raises(RangeRefused):
        parse_range("bytes=-5", 0)


def test_the_waveform_shows_where_each_channel_is_loud() -> None:
    samples = np.zeros((2, 8000), np.int16)
    samples[0, :2000] = 16384
    samples[1, 6000:] = -32768
    assert peaks(samples, 4) == [[0.5, 0, 0, 0], [0, 0, 0, 1.0]]


@pytest.mark.parametrize("count", [0, 1, 3, 999])
def test_there_are_as_many_bins_as_asked_for(count: int) -> None:
    found = peaks(np.ones((2, count), np.int16), 100)
    assert [len(channel) for channel in found] == [100, 100]


def test_no_bins_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        peaks(np.zeros((2, 10), np.int16), 0)
