"""espeak-ng's English mnemonics as the phones of the acoustic model.

Vowels that an accent with r ends in r (`A@` in "car") are two phones there and one elsewhere.
"""

from collections.abc import Sequence
from itertools import zip_longest

_RHOTIC = frozenset({"en-us", "en-gb-scotland"})

_SPELLINGS = {
    "ih": "I I# I2", "iy": "i i:", "eh": "E", "ae": "a", "aa": "aa A: 0", "ao": "O: O2 O",
    "ah": "V", "ax": "@ a# @2 @5 @-", "er": "3: 3", "uh": "U", "uw": "u: u", "ey": "eI",
    "ay": "aI aI2", "aw": "aU", "ow": "oU", "oy": "OI", "p": "p", "b": "b", "t": "t t# t2 t[ ?",
    "d": "d", "k": "k x", "g": "g", "f": "f", "v": "v", "th": "T", "dh": "D", "s": "s", "z": "z",
    "sh": "S", "zh": "Z", "hh": "h", "m": "m", "n": "n n-", "ng": "N", "l": "l", "r": "r r-",
    "w": "w w#", "y": "j", "ch": "tS", "jh": "dZ",
}  # fmt: skip
_ONE = {name: phone for phone, names in _SPELLINGS.items() for name in names.split()}
_BEFORE_R = {"A@": "aa", "O@": "ao", "o@": "ao", "e@": "eh", "i@": "ih", "i@3": "ih", "U@": "uh",
             "IR": "ih", "VR": "ah"}  # fmt: skip
_GLIDES = frozenset({"i@", "i@3", "U@"})
"""What keeps a second, weak vowel where the r is not spoken."""
_TWO = {"aI@": ("ay", "er"), "aI3": ("ay", "er"), "aI@3": ("ay", "er"), "aU@": ("aw", "er"),
        "@L": ("ax", "l")}  # fmt: skip


def english_phones(mnemonics: Sequence[str], accent: str) -> list[list[str] | None]:
    """Phones of every mnemonic in its place: none for a pause, None for an unknown sound."""
    has_r = accent in _RHOTIC
    return [
        _phones(name, following, has_r)
        for name, following in zip_longest(mnemonics, mnemonics[1:], fillvalue="_")
    ]


def _phones(name: str, following: str, has_r: bool) -> list[str] | None:
    if name in ("", ";") or name.startswith("_"):
        return []
    if name == "3" and not has_r:
        return ["ax"]
    if name in _ONE:
        return [_ONE[name]]
    if name in _BEFORE_R:
        return [_BEFORE_R[name], *_ending(name, following, has_r)]
    if name in _TWO:
        first, second = _TWO[name]
        return [first, "ax" if second == "er" and not has_r else second]
    return None


def _ending(name: str, following: str, has_r: bool) -> list[str]:
    if has_r:
        return [] if following in ("r", "r-") else ["r"]
    return ["ax"] if name in _GLIDES else []
