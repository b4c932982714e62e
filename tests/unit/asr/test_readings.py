import pytest

from asr.readings import join_words, transcript_of


def raw(*words):
    return [
        {"word": word, "start": index * 0.5, "end": index * 0.5 + 0.4, "conf": 0.9}
        for index, word in enumerate(words)
    ]


def test_unknown_sound_gives_no_word_but_lowers_the_confidence():
    transcript = transcript_of(raw("my", "[unk]", "order"), "en")
    assert transcript.text == "my order"
    assert [word.text for word in transcript.words] == ["my", "order"]
    assert transcript.confidence == pytest.approx(0.6)


def test_only_unknown_sound_is_an_empty_transcript_without_confidence():
    assert (transcript_of(raw("[unk]"), "en").text, transcript_of([], "en").confidence) == ("", 0.0)


def test_word_times_are_milliseconds():
    word = transcript_of(raw("a", "refund"), "en").words[1]
    assert (word.start_ms, word.end_ms) == (500, 900)


@pytest.mark.parametrize(
    ("words", "language", "text"),
    [
        (["我", "的", "快递"], "zh", "我的快递"),
        (["用", "wifi", "vip", "卡"], "zh", "用wifi vip卡"),
        (["get", "a", "refund"], "en", "get a refund"),
        ([], "zh", ""),
    ],
)
def test_words_are_joined_as_the_language_is_written(words, language, text):
    assert join_words(words, language) == text
