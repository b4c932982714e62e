"""What a caller may ask at any moment, whatever was asked last: repeat, slower, other
language, goodbye.
"""

import re

from dialogue.nlu.normalise import normalise
from dialogue.nlu.rules import asks_for_person

_SWITCH = {
    "en": re.compile(r"英语|英文|\benglish\b"),
    "zh": re.compile(r"中文|普通话|国语|\b(?:chinese|mandarin)\b"),
}
_REPEAT = {
    "zh": re.compile("(?:再|重新)?说一遍|重复一(?:下|遍)|没听清|没有听清|听不清"),
    "en": re.compile(
        r"\b(?:repeat (?:that|it)|say (?:that|it) again|come again|pardon)\b|^(?:please )?repeat"
        r"(?: please)?$|^again(?: please)?$|did not (?:hear|understand) you"
    ),
}
_SLOWER = {
    "zh": re.compile(
        "(?:说|讲|念|语速|你|您).{0,4}慢(?:一)?(?:点|些)|^(?:请)?(?:再)?慢(?:一)?(?:点|些)|(?:说|讲|念)得?太快|语速太快"
    ),
    "en": re.compile(
        r"\b(?:speak|talk|say (?:it|that)|go)(?: \w+){0,3} slow(?:er|ly)?\b|\bslow(?:er)? please\b"
        r"|^(?:please )?(?:slow down|slower|more slowly)\b|\byou (?:speak|talk|are) too fast\b"
    ),
}
_BYE = {
    "zh": re.compile("再见|拜拜|挂了"),
    "en": re.compile(r"\b(?:goodbye|good bye|bye)\b"),
}
_THANKS = {
    "zh": re.compile("谢谢|多谢|辛苦"),
    "en": re.compile(r"\b(?:thank you|thanks)\b"),
}
_UPSET = {
    "zh": re.compile(
        "太差|垃圾|骗|气死|生气|愤怒|恶劣|过分|不像话|什么态度|曝光|举报|投诉你|滚|受不了"
    ),
    "en": re.compile(
        r"\b(?:terrible|awful|angry|furious|worst|unacceptable|ridiculous|disgusting|rude|cheat\w*|"
        r"liars?|lying|scam|sick of|tired of|police|very bad)\b"
    ),
}
_NO_ANALYSIS = {
    "zh": re.compile(
        "(?:不要|别|不用|不同意|不许|不准|不想|不愿|不让|停止|拒绝|取消|关掉|关闭|请勿|反对).{0,8}?"
        "(?:(?:分析|判断|监测|检测|识别|评估|打分).{0,6}?(?:情绪|语气|声音|语音|心情|口气)"
        "|(?:情绪|语气|声音|语音|心情|口气)的?(?:分析|判断|监测|检测|识别|评估|打分))"
        "|(?:不要|别)(?:再)?(?:听|看)我的?(?:情绪|语气|心情|口气)"
        "|(?:情绪|语气|心情|口气).{0,3}?(?:不要|别|不用|不许|不准).{0,3}?(?:分析|判断|监测|检测|识别)"
    ),
    "en": re.compile(
        r"\b(?:do not|stop|no|never|without|refuse|against|opt out|turn off|switch"
        r" off)\b.{0,30}?\b(?:(?:analy[sz]\w+|judg\w+|monitor\w*|scor\w+|measur\w+|track\w*|rate)\b"
        r".{0,20}?\b(?:voice|tone|emotions?|feelings?|mood)"
        r"|(?:voice|tone|emotions?|feelings?|mood) "
        r"(?:analysis|monitoring|scoring|tracking|detection))"
        r"|\b(?:do not|stop|never)\b.{0,12}?"
        r"\b(?:listen\w* to|us(?:e|ing)) my (?:tone|mood|emotions?)"
    ),
}
SHORT = {"zh": 10, "en": 6}
"""Characters, words: a longer utterance that names a language is about something else."""


def wanted_language(text: str, language: str) -> str | None:
    """The language asked for in a short utterance; None when it is the one spoken already."""
    if asks_for_person(text, language):
        return None  # "an agent who speaks english": a person first
    size = len(text) if language == "zh" else len(text.split())
    if size > SHORT[language]:
        return None
    return next((to for to, how in _SWITCH.items() if to != language and how.search(text)), None)


def names_language(text: str, language: str) -> bool:
    """Whether a short utterance in a language says its name: "English, please"."""
    size = len(text) if language == "zh" else len(text.split())
    return size <= SHORT[language] and _SWITCH[language].search(text) is not None


def wants_repeat(text: str, language: str) -> bool:
    """Please say that again."""
    return _REPEAT[language].search(text) is not None


def wants_slower(text: str, language: str) -> bool:
    """Please speak slowly; in a short utterance, for a slow courier is something else."""
    size = len(text) if language == "zh" else len(text.split())
    return size <= 2 * SHORT[language] and _SLOWER[language].search(text) is not None


def refuses_analysis(text: str, language: str) -> bool:
    """Do not analyse my voice; the words may be raw, as the recogniser writes them."""
    return _NO_ANALYSIS[language].search(normalise(text, language)) is not None


def without_refusal(text: str, language: str) -> str:
    """What else was said in the same breath; empty when nothing was."""
    clauses = normalise(text, language).split(",")
    return ",".join(c for c in clauses if not _NO_ANALYSIS[language].search(c)).strip()


def says_bye(text: str, language: str) -> bool:
    """Goodbye."""
    return _BYE[language].search(text) is not None


def says_thanks(text: str, language: str) -> bool:
    """Thank you."""
    return _THANKS[language].search(text) is not None


def upset_words(text: str, language: str) -> str | None:
    """The first word that shows anger; a complaint with one goes to a person at once."""
    match = _UPSET[language].search(text)
    return match.group() if match else None
