"""Which language a caller speaks where the number does not say: heard in the first words, else
asked for by key. Pure; the sound is heard by both recognisers until the language is known.
"""

from dataclasses import replace

import msgspec

from asr.events import ListeningEvent, NoInput, UtteranceHeard
from asr.language import FIRST, SECOND, Contrast, tell
from asr.recognizer import Transcript
from calls.kinds import Kind
from dialogue import keypad
from dialogue.always import names_language
from ivr import effects as fx
from ivr import events as ev
from ivr.state import CallState, Phase

HEARD = "heard"
"""Stands for a language in a number's setting: whichever the caller speaks."""
LANGUAGES = (FIRST, SECOND)
"""In the order in which both are spoken; the first is kept where the caller never tells."""
KEYS = {"1": FIRST, "2": SECOND}
MOST_ASKS = 2
"""Questions by key; whoever answers none is served in the first language, with its way to a
person."""


def is_open(state: CallState) -> bool:
    """Whether the bot must still find out the language."""
    return state.language_open and state.phase is Phase.TALKING


def languages(state: CallState) -> tuple[str, ...]:
    """Those to listen for and to speak in."""
    return LANGUAGES if is_open(state) else (state.memory.language,)


def in_each_language(state: CallState) -> tuple[CallState, ...]:
    """The state as it would be for each of those languages."""
    return tuple(_in(state, language) for language in languages(state))


def answer(item: ListeningEvent | str, contrast: Contrast | None) -> ev.Event | None:
    """What an utterance, a key or silence tells of the language; None: a person is asked for."""
    if isinstance(item, UtteranceHeard):
        return _heard(item.transcripts, contrast)
    if isinstance(item, NoInput):
        return ev.LanguageUnsure()
    if item == keypad.PERSON:
        return None
    if item in KEYS:
        return ev.LanguageTold(language=KEYS[item], how="key")
    return ev.LanguageUnsure()


def _heard(transcripts: tuple[Transcript, ...], contrast: Contrast | None) -> ev.Event:
    """The language's own name counts for certain; other words by how well they fit the sound."""
    named = [one.language for one in transcripts if names_language(one.text, one.language)]
    if len(named) == 1:
        return ev.LanguageTold(language=named[0], how="name")
    told = tell({one.language: (one,) for one in transcripts}, contrast)
    said = " / ".join(one.text for one in transcripts if one.text)
    if told.sure:
        return ev.LanguageTold(language=told.language, how="speech", probability=told.probability)
    return ev.LanguageUnsure(heard=said, probability=told.probability)


def _in(state: CallState, language: str) -> CallState:
    return msgspec.structs.replace(state, memory=replace(state.memory, language=language))


def told(
    state: CallState, event: ev.LanguageTold, now_ms: int, policy: object
) -> tuple[CallState, tuple[fx.Effect | fx.StreamEffect, ...]]:
    """The language is known. Words that told it are a turn of their own, which follows; after a
    key or the language's name the caller is asked for the matter.
    """
    if not state.language_open:
        return state, ()
    state = msgspec.structs.replace(_in(state, event.language), language_open=False)
    probability = round(event.probability, 3)
    data = {"language": event.language, "how": event.how, "probability": probability}
    known = (fx.Log(Kind.LANGUAGE.value, data), fx.UpdateCall({"language": event.language}))
    if event.how == "speech":
        return state, known
    return state, (*known, fx.Speak(prompt="hello_again"))


def unsure(
    state: CallState, event: ev.LanguageUnsure, now_ms: int, policy: object
) -> tuple[CallState, tuple[fx.Effect | fx.StreamEffect, ...]]:
    """Ask by key, in both languages; the caller may as well go on speaking."""
    if not state.language_open:
        return state, ()
    if state.language_asks >= MOST_ASKS:
        given_up = ev.LanguageTold(language=FIRST, how="default", probability=0.5)
        return told(state, given_up, now_ms, policy)
    state = msgspec.structs.replace(state, language_asks=state.language_asks + 1)
    data = {"heard": event.heard, "probability": round(event.probability, 3)}
    return state, (fx.Log(Kind.LANGUAGE_ASKED.value, data), fx.Speak(prompt="which_language"))
