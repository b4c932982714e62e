"""Words that the hotline never uses: made up for English, from a dictionary for Mandarin."""

import random
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from asr.training.errors import ToolMissing

_ONSETS = (
    " b c d f g h j k l m n p r s t v w y z bl br ch cl cr dr dw fl fr gl gr kn ph pl pr qu sc sh"
    " sk sl sm sn sp st str sw th tr tw wh spr spl scr shr thr"
)
_VOWELS = "a e i o u a e i o u ai au aw ay ea ee ew ie igh oa oo ou ow oy oi ar er ir or ur"
_CODAS = (
    " b ck d ff g ge ll m n p r ss t v x z ch ct ft ld lf lk lm lp lt mp nd ng nk nt pt rb rd rk rl"
    " rm rn rt rve sh sk sp st th tch zz nge nce lse dge"
)
_ENDINGS = "   ed ing ly er ation able ness ment y ous al"

_CHARACTER_SHARE = 0.3
"""Of Mandarin's: one character alone."""
_GB2312_LEVEL_ONE = range(0xB0, 0xD8)
"""First bytes of the 3,755 commonest characters."""
_COMMON_ENOUGH = 20
"""Count in jieba's dictionary from which a word is taken."""


def _made_up_word(dice: random.Random) -> str:
    """Spelled as English is; espeak-ng's rules know how to read it."""
    syllables = dice.choice((1, 1, 2, 3))
    pieces = [_one_of(_ONSETS, dice) + _one_of(_VOWELS, dice) for _ in range(syllables)]
    return "".join(pieces) + _one_of(_CODAS, dice) + _one_of(_ENDINGS, dice)


def _one_of(pieces: str, dice: random.Random) -> str:
    return dice.choice(pieces.split(" "))


def _chinese_word(dice: random.Random) -> str:
    if dice.random() < _CHARACTER_SHARE:
        return dice.choice(_common_characters())
    return dice.choice(_dictionary())


@cache
def _common_characters() -> tuple[str, ...]:
    pairs = (bytes((high, low)) for high in _GB2312_LEVEL_ONE for low in range(0xA1, 0xFF))
    return tuple(filter(None, (pair.decode("gb2312", "ignore") for pair in pairs)))


@cache
def _dictionary() -> tuple[str, ...]:
    """Words of jieba's dictionary in common characters, two to four each."""
    found = find_spec("jieba")
    if found is None or found.origin is None:
        raise ToolMissing("jieba")
    common = frozenset(_common_characters())
    words = []
    for line in Path(found.origin).with_name("dict.txt").read_text(encoding="utf-8").splitlines():
        word, count = line.split()[:2]
        if 2 <= len(word) <= 4 and int(count) >= _COMMON_ENOUGH and common.issuperset(word):
            words.append(word)
    return tuple(words)


OTHER_WORDS = {"en": _made_up_word, "zh": _chinese_word}
"""By language: a word drawn."""
