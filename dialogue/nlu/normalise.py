"""One spelling for what is written or heard: width, case, contractions, fillers, Han spacing.

Commas and full stops survive as "," because the splitter cuts there; all other marks vanish.
"""

import re
import unicodedata

_CONTRACTIONS = (
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"\bcan't\b|\bcannot\b"), "can not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"\blet's\b"), "let us"),
    (re.compile(r"'d\b"), " would"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'m\b"), " am"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"\b(it|that|what|where|who|how|there|he|she|name|here)'s\b"), r"\1 is"),
    (re.compile(r"'s\b"), ""),
    (re.compile(r"\b(wanna)\b"), "want to"),
    (re.compile(r"\b(gonna)\b"), "going to"),
)
_FILLERS_EN = re.compile(r"\b(um+|uh+|er+m?|hmm+|mm+|you know|i mean|like i said)\b")
_FILLERS_ZH = re.compile(
    r"[呃额唔]+|嗯+(?=[^嗯])|(?<=[^\s,])啊+|那个那个|就是说|(?<=[,\s])那个(?=我)"
)
_UNKNOWN = re.compile(r"\[unk\]|<unk>")
_DAY = re.compile(r"(?<!\d)(20\d\d)[-/](\d{1,2})[-/](\d{1,2})(?!\d)")
_BREAKS = re.compile(r"[,.;:!?，。；：！？、\n]+")
_HAN_GAP = re.compile(r"(?<=[一-鿿])\s+(?=[一-鿿])")
_OTHER = re.compile(r"[^\w\s,']+")
_STUTTER_EN = re.compile(r"\b(i|my|the|to|want|a|where|is|please|and)( \1\b)+")
_STUTTER_ZH = re.compile(r"(我想|我要|我的|我|要|想|把)\1+")
PAUSED_CHARS = 3.6
"""Mean characters between gaps from which they are pauses rather than the spaces between words."""
MAX_CHARS = 400
"""An utterance of half a minute has fewer; the rest of a longer text is not read."""


def normalise(text: str, language: str) -> str:
    """The utterance as the classifier and the entity readers expect it."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARS]).lower().replace("’", "'")
    text = _UNKNOWN.sub(" ", text)
    text = _DAY.sub(r"\1年\2月\3日", text)
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)  # 1,299 is one number
    text = re.sub(r"(?<=\d)\.(?=\d)", "·", text)  # 12.50 is a number, not a clause
    text = _BREAKS.sub(" , ", text)
    text = _english(text) if language == "en" else _mandarin(text)
    return re.sub(r"\s+", " ", text.replace("·", ".")).strip(" ,")


def _english(text: str) -> str:
    for pattern, replacement in _CONTRACTIONS:
        text = pattern.sub(replacement, text)
    text = re.sub(r"[^\w\s,·$¥%]+", " ", text)
    text = re.sub(r"\s+", " ", _FILLERS_EN.sub(" ", text))
    return _STUTTER_EN.sub(r"\1", text)


def _mandarin(text: str) -> str:
    text = _OTHER.sub(lambda m: m.group() if m.group() in "·¥$" else " ", text)
    text = re.sub(r"\s+", " ", text)
    text = _HAN_GAP.sub("" if _is_spelt_apart(text) else ",", text)
    text = _FILLERS_ZH.sub("", text)
    return _STUTTER_ZH.sub(r"\1", re.sub(r" ?, ?", ",", text))


def _is_spelt_apart(text: str) -> bool:
    """Gaps between words, as a recogniser writes; otherwise a gap is where the speaker paused."""
    chunks = [chunk for chunk in re.split("[ ,]+", text) if chunk]
    return sum(map(len, chunks)) < PAUSED_CHARS * len(chunks)
