"""A number that does not say which language: the caller's first words do, or a key."""

import numpy as np
import pytest

from asr.events import NoInput, UtteranceHeard
from asr.language import Contrast
from asr.recognizer import Transcript, Word
from calls.kinds import Kind
from ivr import effects as fx
from ivr import events as ev
from ivr.language_question import MOST_ASKS, answer, is_open, languages
from ivr.state import CallState, Phase
from ivr.transitions import begin, transition
from tests.fakes.live_call import CALL, MEI, NOW_MS, POLICY, in_phase

EVEN = Contrast(middle=0.0, scale=5.0)


def transcript(text: str, language: str, score: float) -> Transcript:
    return Transcript(text, (Word("w", 0, 2000, 1.0),), 1.0, language, score=score)


def sound(zh: str, en: str, *, zh_score: float = 0, en_score: float = 0) -> UtteranceHeard:
    """One utterance as both recognisers heard it."""
    heard = transcript(zh, "zh", zh_score), transcript(en, "en", en_score)
    return UtteranceHeard(heard[0], np.zeros(16000, np.int16), 0, 2000, others=heard[1:])


def open_call(**changes: object) -> CallState:
    return in_phase(Phase.TALKING, language_open=True, **changes)


def after(state: CallState, event: ev.Event) -> tuple[CallState, list[object]]:
    state, effects = transition(state, event, NOW_MS, POLICY)
    return state, list(effects)


def test_the_better_fitting_language_is_told() -> None:
    chinese = answer(sound("我要退货", "hotel", zh_score=90, en_score=10), EVEN)
    english = answer(sound("我要", "i want a refund", zh_score=10, en_score=90), EVEN)

    assert isinstance(chinese, ev.LanguageTold) and isinstance(english, ev.LanguageTold)
    assert (chinese.language, chinese.how) == ("zh", "speech")
    assert (english.language, english.how) == ("en", "speech")


def test_words_that_fit_both_languages_alike_are_asked_for() -> None:
    unsure = answer(sound("我要", "where", zh_score=40, en_score=40), EVEN)

    assert unsure == ev.LanguageUnsure(heard="我要 / where", probability=0.5)
    assert answer(sound("我要退货", "hotel", zh_score=90), None) == ev.LanguageUnsure(
        heard="我要退货 / hotel", probability=0.5
    )


@pytest.mark.parametrize(
    ("zh", "en", "language"), [("因果", "english please", "en"), ("普通话", "put one", "zh")]
)
def test_the_name_of_a_language_counts_more_than_its_sound(zh: str, en: str, language: str) -> None:
    wrong = {"zh_score": 90} if language == "en" else {"en_score": 90}

    assert answer(sound(zh, en, **wrong), EVEN) == ev.LanguageTold(language=language, how="name")


@pytest.mark.parametrize(
    ("item", "event"),
    [
        ("1", ev.LanguageTold(language="zh", how="key")),
        ("2", ev.LanguageTold(language="en", how="key")),
        ("7", ev.LanguageUnsure()),
        ("0", None),
        (NoInput(at_ms=9000), ev.LanguageUnsure()),
    ],
)
def test_a_key_tells_and_silence_does_not(item: NoInput | str, event: ev.Event | None) -> None:
    assert answer(item, EVEN) == event


def test_a_number_without_a_language_listens_for_both_from_the_start() -> None:
    rang = ev.CallRang(caller=MEI, called="+864008000003", language="zh", language_open=True)
    state, _ = after(begin(CALL, rang, NOW_MS), ev.StreamOpened("n"))

    assert is_open(state) and languages(state) == ("zh", "en")
    usual = begin(CALL, ev.CallRang(caller=MEI, called="1", language="en"), NOW_MS)
    assert languages(after(usual, ev.StreamOpened("n"))[0]) == ("en",)


def test_words_that_told_the_language_are_answered_as_a_turn() -> None:
    told = ev.LanguageTold(language="en", how="speech", probability=0.98)

    state, (log, row) = after(open_call(), told)

    assert (state.memory.language, languages(state), state.turn) == ("en", ("en",), 0)
    assert log == fx.Log(Kind.LANGUAGE, {"language": "en", "how": "speech", "probability": 0.98})
    assert row == fx.UpdateCall({"language": "en"})


@pytest.mark.parametrize("how", ["key", "name"])
def test_after_a_key_or_a_name_the_caller_is_asked_for_the_matter(how: str) -> None:
    state, effects = after(open_call(), ev.LanguageTold(language="en", how=how))

    assert state.memory.language == "en" and effects[-1] == fx.Speak(prompt="hello_again")


def test_the_language_is_asked_for_and_then_taken_for_the_first() -> None:
    state = open_call()
    for asked in range(1, MOST_ASKS + 1):
        state, effects = after(state, ev.LanguageUnsure(heard="嗯", probability=0.6))
        assert effects[-1] == fx.Speak(prompt="which_language")
        assert (state.language_asks, is_open(state)) == (asked, True)

    state, effects = after(state, ev.LanguageUnsure())

    assert not is_open(state) and state.memory.language == "zh"
    assert effects[0].data["how"] == "default"  # type: ignore[attr-defined]
    assert effects[-1] == fx.Speak(prompt="hello_again")


@pytest.mark.parametrize("event", [ev.LanguageTold(language="en", how="key"), ev.LanguageUnsure()])
def test_a_language_that_is_known_stays(event: ev.Event) -> None:
    state = in_phase(Phase.TALKING)

    assert after(state, event) == (state, [])


def test_in_line_the_first_language_serves() -> None:
    assert languages(in_phase(Phase.WAITING, language_open=True)) == ("zh",)
