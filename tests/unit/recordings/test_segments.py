from asr.recognizer import Transcript, Word
from recordings.transcripts import Segment, segment_of, speech_seconds


def heard(*words: tuple[str, int, int], text: str = "as heard") -> Transcript:
    found = tuple(Word(word, start, end, 0.6) for word, start, end in words)
    return Transcript(text, found, 0.55, "en")


def test_an_utterance_is_one_segment_with_its_words_times() -> None:
    transcript = heard(("refund", 400, 900), ("please", 950, 1400))
    assert segment_of("caller", transcript) == Segment("caller", 400, 1400, "as heard", 0.55)


def test_sound_without_words_is_no_segment() -> None:
    assert segment_of("caller", heard(text="")) is None


def test_seconds_of_speech_count_once_where_segments_overlap() -> None:
    segments = [
        Segment("caller", 0, 2000, "a", 1),
        Segment("caller", 1000, 2500, "b", 1),
        Segment("caller", 1200, 1300, "c", 1),
        Segment("agent", 2000, 2250, "d", 1),
    ]
    assert speech_seconds(segments) == {"caller": 2.5, "agent": 0.25}
    assert speech_seconds([]) == {"caller": 0.0, "agent": 0.0}
