"""What the caller hears when a part fails: an apology and a way out by keys. Never silence.
Pure verbs.
"""

from collections.abc import Sequence

from dialogue import keypad
from dialogue.turns import Memory
from telephony.verbs import Enqueue, Gather, Pause, Redirect, Say, Verb

PROVIDER_QUEUE = "hotline"
KEY_SECONDS = 6
"""Silence after the words, or between two keys, after which the caller gets a person."""

_SORRY = {
    "zh": "很抱歉，语音助手暂时听不到您。",
    "en": "Sorry, the voice assistant cannot hear you now.",
}
_KEYS = {
    "zh": "请按零转人工客服，按一查询订单，按二退货退款。",
    "en": "Press zero for a person, one for your order, or two for a return and refund.",
}
_LANGUAGE = {
    "zh": "很抱歉，语音助手暂时听不到您。普通话服务请按一。",
    "en": "Sorry, the voice assistant cannot hear you now. For English, press two.",
}
_YES_OR_NO = {
    "zh": "是请按一，不是请按二，转人工客服请按零。",
    "en": "Press one for yes, two for no, or zero for a person.",
}
_PERSON = {
    "zh": "请稍等，正在为您转接人工客服，您的排队位置会保留。",
    "en": "Please hold for the next available person. You keep your place.",
}
_STILL_WAITING = {
    "zh": "您仍在排队中，请稍候，客服会尽快接听。",
    "en": "You are still in line. An agent will be with you as soon as possible.",
}
_ONE_MOMENT = {"zh": "请稍等。", "en": "One moment, please."}


def menu(language: str, base: str) -> tuple[Verb, ...]:
    """Keys instead of speech; no key leads to a person too."""
    return _asked(1, (_SORRY[language], _KEYS[language]), language, base)


def which_language(languages: Sequence[str], base: str) -> tuple[Verb, ...]:
    """The caller's language by key, each asked for in itself; no key leads to a person."""
    gather = Gather(
        action=f"{base}/voice/menu",
        num_digits=1,
        timeout_seconds=KEY_SECONDS,
        prompts=tuple(Say(_LANGUAGE[language], language) for language in languages),
    )
    return (gather, *person(languages[0], base))


def said_then_keys(text: str, memory: Memory, base: str) -> tuple[Verb, ...]:
    """The dialogue's answer by the provider's voice, and the keys that answer it in turn."""
    language = memory.language
    missing = keypad.digits_missing(memory)
    if missing:
        return _asked(missing, (text,), language, base)
    keys = _YES_OR_NO if keypad.awaits_yes_or_no(memory) else _KEYS
    return _asked(1, (text, keys[language]), language, base)


def said_then_person(text: str, language: str, base: str) -> tuple[Verb, ...]:
    """The dialogue's last words by the provider's voice, then the wait for a person."""
    return (Say(text, language), *person(language, base))


def _asked(keys: int, texts: tuple[str, ...], language: str, base: str) -> tuple[Verb, ...]:
    """Words that a key may cut short."""
    gather = Gather(
        action=f"{base}/voice/menu",
        num_digits=keys,
        timeout_seconds=KEY_SECONDS,
        prompts=tuple(Say(text, language) for text in texts),
    )
    return (gather, *person(language, base))


def person(language: str, base: str) -> tuple[Verb, ...]:
    """Wait in the provider's own queue, which needs nothing of ours to hold the caller."""
    queue = Enqueue(
        queue=PROVIDER_QUEUE, action=f"{base}/voice/queue-left", wait_url=f"{base}/voice/wait"
    )
    return (Say(_PERSON[language], language), queue)


def still_waiting(language: str) -> tuple[Verb, ...]:
    """One round of the provider's waiting loop."""
    return (Say(_STILL_WAITING[language], language), Pause(20))


def try_again(language: str, lost: int) -> tuple[Verb, ...]:
    """Before another stream: nothing the first time, then a word and time for the process to
    come back.
    """
    if lost <= 1:
        return ()
    return (Say(_ONE_MOMENT[language], language), Pause(min(lost - 1, 3)))


def resume(base: str) -> Redirect:
    """What follows a stream, whatever ended it."""
    return Redirect(f"{base}/voice/resume")
