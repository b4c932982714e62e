"""What the caller hears when a part fails: an apology and a way out by keys. Never silence.
Pure verbs.
"""

from telephony.verbs import Enqueue, Gather, Hangup, Pause, Redirect, Say, Verb

PROVIDER_QUEUE = "hotline"

_MENU = {
    "zh": "很抱歉，语音助手暂时听不到您。请按零转人工客服，按一查询订单。",
    "en": "Sorry, the voice assistant cannot hear you now. "
    "Press zero for a person, or one for your order.",
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
    gather = Gather(
        action=f"{base}/voice/menu",
        num_digits=1,
        timeout_seconds=6,
        prompts=(Say(_MENU[language], language),),
    )
    return (gather, *person(language, base))


def said_then_menu(text: str, language: str, base: str) -> tuple[Verb, ...]:
    """An answer by the provider's voice, then the keys again."""
    return (Say(text, language), *menu(language, base))


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


def sorry_goodbye(text: str, language: str) -> tuple[Verb, ...]:
    """The very last way out."""
    return (Say(text, language), Hangup())


def resume(base: str) -> Redirect:
    """What follows a stream, whatever ended it."""
    return Redirect(f"{base}/voice/resume")
