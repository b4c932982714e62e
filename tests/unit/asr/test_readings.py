import pytest

from asr.readings import join_words, likeliest, transcript_of


def raw(*words):
    return [
        {"word": word, "start": index * 0.5, "end": index * 0.5 + 0.4, "conf": 0.9}
        for index, word in enumerate(words)
    ]


@pytest.mark.parametrize("unknown", ["[unk]", ""])  # in a grammar, in free decoding
def test_unknown_sound_gives_no_word_but_lowers_the_confidence(unknown):
    transcript = transcript_of(raw("my", unknown, "order"), "en")
    assert transcript.unknown_ms == 400
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


def reading(score, *words):
    timed = raw(*words)
    return {"confidence": score, "text": " ".join(words), "result": timed}


def test_readings_come_likeliest_first_with_their_share():
    results = [{"alternatives": [reading(10.0, "my", "order"), reading(8.0, "my", "border")]}]
    heard = likeliest(results, "en", 5)
    assert [one.text for one in heard.alternatives] == ["my order", "my border"]
    assert heard.text == "my order" and heard.score == 10.0
    assert [one.probability for one in heard.alternatives] == pytest.approx(
        [0.881, 0.119], abs=1e-3
    )


def test_a_words_confidence_is_the_share_of_readings_that_have_it_there():
    results = [{"alternatives": [reading(10.0, "my", "order"), reading(10.0, "my", "border")]}]
    my, order = likeliest(results, "en", 5).words
    assert (my.confidence, order.confidence) == (1.0, 0.5)


def test_readings_that_differ_in_unknown_sound_alone_are_one_and_may_win_together():
    results = [
        {
            "alternatives": [
                reading(10.0, "refund"),
                reading(9.8, "order", "[unk]"),
                reading(9.8, "[unk]", "order"),
            ]
        }
    ]
    heard = likeliest(results, "en", 5)
    assert [one.text for one in heard.alternatives] == ["order", "refund"]
    assert (heard.text, heard.unknown_ms) == ("order", 400)


def test_an_utterance_in_parts_has_readings_of_the_whole():
    first = {"alternatives": [reading(5.0, "我"), reading(4.0, "你")]}
    second = {"alternatives": [reading(7.0, "要"), reading(6.5, "不")]}
    silent = {"alternatives": [{"confidence": 3.0, "text": ""}]}
    heard = likeliest([first, silent, second], "zh", 3)
    assert [one.text for one in heard.alternatives] == ["我要", "我不", "你要"]
    assert heard.score == 12.0


def test_no_words_in_any_reading_is_an_empty_transcript():
    silent = {"alternatives": [{"confidence": 3.0, "text": ""}]}
    assert likeliest([silent], "en", 3).text == likeliest([], "en", 3).text == ""
    assert likeliest([silent], "en", 3).alternatives == ()
