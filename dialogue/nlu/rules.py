"""Where words are exact, rules decide: yes, no, and the wish for a person."""

import re

_YES_ZH = "是的|是|对的|对|好的|好|可以的|可以|行|没错|没问题|确定|确认|要的|要|需要|同意|继续|嗯"
_NO_ZH = (
    "不用了|不用|不要|不是|不对|不需要|不行|不可以|不能|没有了|没有|没了|没事了|没事|否|算了|不|没"
)
_SOFT_ZH = "的|了|吧|啊|呀|哦|谢谢|谢|你|您|请|就|这样|这些|这个|它|那个|申请|办|其他|别的|问题|,| "
_ALL_YES_ZH = re.compile(f"(?:{_YES_ZH})(?:{_YES_ZH}|{_SOFT_ZH})*")
_ALL_NO_ZH = re.compile(f"(?:好的?|嗯|谢谢|,)*(?:{_NO_ZH})(?:{_NO_ZH}|{_SOFT_ZH}|是|好的|好|再见)*")
_LEAD_ZH = re.compile(
    "(?P<yes>是的|对的|对,|是,|好的|没错|可以,|嗯对|行,|好,|对对)|(?P<no>不用了|没有了|不是的|不对|算了|不,|不是,|不是(?=我)|没有,|不用,)"
)

_YES_EN = (
    "yes|yeah|yep|yup|sure|okay|ok|correct|right|absolutely|of course|go ahead|that is right|"
    "that is correct|please do|do it|that is the one"
)
_NO_EN = (
    "no|nope|nothing|not really|never mind|that is all|that is it|that is everything|not now|"
    "wrong|incorrect|nothing else|not that one|i am done|i am good"
)
_SOFT_EN = "please|thank you|thanks|goodbye|bye|it is|i do|i am|that|is|the|one|for|now|very much|,"
_ALL_YES_EN = re.compile(rf"(?:{_YES_EN})(?:\s+(?:{_YES_EN}|{_SOFT_EN}))*")
_ALL_NO_EN = re.compile(
    rf"(?:(?:okay|ok|thanks|thank you|,)\s+)*(?:{_NO_EN})"
    rf"(?:\s+(?:{_NO_EN}|{_SOFT_EN}|not|else|more|all|i|do|need|anything|good|okay))*"
)
_LEAD_EN = re.compile(
    r"(?:(?P<yes>yes|yeah|yep|correct|sure|"
    r"right(?!\s+(?:then|so|well|now|away|after|before|side|left|hand|foot|one|thing|item|size|colou?r|"
    r"address|street|building|house|door|place|name|number|order|product|model)\b))|"
    r"(?P<no>no thank you|no thanks|nope|no))\b"
    r"(?!\s+(?:courier|driver|technician|installer|update|movement|code|tracking|receipt|package|parcel|clue|idea|sound|picture|sign|one|body|more|problem|refund|money|invoice|answer|reply|network|service|sooner|longer|matter|doubt|wonder|way|stock|use)\b)"
    r"[\s,]*(?:and|but)?\s*"
)

_PERSON_ZH = re.compile(
    "人工|真人|[转找接跟和]客服|客服(?:说|讲|谈)|叫(?:你们)?(?:经理|主管|负责人)"
)
_NOT_PERSON_ZH = re.compile("(?:不要|不用|不需要|不想)(?:转|找)?(?:人工|真人|客服)")
_HOW_WE_SPEAK = (
    r"^(?!.*\b(?:person|someone|somebody|human|agent|people)\b)"
    r".*\b(?:speak|talk)\b(?: \w+){0,4} (?:slow(?:er|ly)?|up|loud(?:er|ly)?)\b"
)
_PERSON_EN = re.compile(
    r"\b(?:agent|representative|operator|real person|human|customer service)\b|"
    r"\b(?:speak|talk|connect|transfer)\b.*\b(?:person|someone|somebody|manager|support|people)\b"
)
_NOT_PERSON_EN = re.compile(
    r"\b(?:not|no)\b(?: \w+){0,4} (?:agent|representative|operator|person|human)\b|"
    r"\b(?:the|your) (?:agent|representative|operator) (?:was|is|were|told)\b|"
    r"\b(?:complain|complaint|report)\b.* about .*\b(?:agent|representative|operator)\b|"
    r"\b(?:travel|insurance|estate) agent\b|" + _HOW_WE_SPEAK
)


def whole_answer(text: str, language: str) -> str | None:
    """affirm or deny when the whole utterance is nothing but that."""
    yes, no = (_ALL_YES_ZH, _ALL_NO_ZH) if language == "zh" else (_ALL_YES_EN, _ALL_NO_EN)
    if no.fullmatch(text):
        return "deny"
    return "affirm" if yes.fullmatch(text) else None


def leading_answer(text: str, language: str) -> tuple[str, str, str] | None:
    """(intent, its words, the rest) of an utterance that answers first and then says more."""
    match = (_LEAD_ZH if language == "zh" else _LEAD_EN).match(text)
    if match is None:
        return None
    rest = text[match.end() :].strip(" ,")
    intent = "affirm" if match.group("yes") else "deny"
    return (intent, match.group().strip(" ,"), rest) if rest else None


def asks_for_person(text: str, language: str) -> str | None:
    """The words that ask for a person."""
    wanted, refused = (
        (_PERSON_ZH, _NOT_PERSON_ZH) if language == "zh" else (_PERSON_EN, _NOT_PERSON_EN)
    )
    match = wanted.search(text)
    return None if match is None or refused.search(text) else match.group()


def refuses_person(text: str, language: str) -> bool:
    """The words name a person only to say no ("不要人工"), or ask how we speak, not with whom."""
    return (_NOT_PERSON_ZH if language == "zh" else _NOT_PERSON_EN).search(text) is not None
