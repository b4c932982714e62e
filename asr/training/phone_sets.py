"""The sounds that the bundled acoustic models tell apart, and their numbers in a graph.

Number 1 is silence, 2 is the sound of an unknown word; each phone then has four numbers, by its
place in a word; the last is the sound of unknown talk. The order is the acoustic model's: it must
never change without training anew.
"""

from collections.abc import Sequence

ENGLISH = (
    "aa", "ae", "ah", "ao", "aw", "ax", "ay", "b", "ch", "d", "dh", "eh", "er", "ey", "f", "g",
    "hh", "ih", "iy", "jh", "k", "l", "m", "n", "ng", "ow", "oy", "p", "r", "s", "sh", "t", "th",
    "uh", "uw", "v", "w", "y", "z", "zh",
)  # fmt: skip
"""ARPAbet, and ax, the weak vowel of "about"."""

_INITIALS_AND_ENDINGS = (
    "n", "t", "X", "j", "w", "S;", "N", "s.", "p", "f", "l", "tS;h", "m", "kh", "ts.", "th", "s",
    "tS;", "ts", "z.", "ts.h", "k", "tsh", "ph",
)  # fmt: skip
_VOWELS = (
    "i", "Au", "@", "A", "u", "i.", "a", "iou", "iE", "o-", "y", "o", "ou", "i[", "ai", "uo", "ong",
    "iA", "ei", "ua", "u@",
)  # fmt: skip
_NEVER_NEUTRAL = ("uei", "uai", "y&", "yE", "y@", "@r")
MANDARIN = (
    *_INITIALS_AND_ENDINGS,
    *(vowel + tone for vowel in _VOWELS for tone in "12345"),
    *(vowel + tone for vowel in _NEVER_NEUTRAL for tone in "1234"),
)
"""espeak-ng's own mnemonics, vowels with their tone as in pinyin, 5 for the neutral one: 买 and 卖
differ in nothing else. The tone is the syllable's own: a third before a third, which is said as a
second, is still a third, and the network hears it from both sides.
"""

SILENCE, UNKNOWN = 1, 2
UNKNOWN_SOUND, TALK_SOUND = "SPN", "TLK"
"""How a pronunciation spells the sound of an unknown word, as grammars have it beside theirs, and
that of unknown talk, as free decoding has it beside all words.
"""

_PLACES = ("begin", "end", "internal", "singleton")


class PhoneSet:
    """Phones of one language and their numbers by place in the word."""

    def __init__(self, phones: Sequence[str]) -> None:
        self.phones = tuple(phones)
        self._first = {phone: 3 + 4 * n for n, phone in enumerate(self.phones)}

    @property
    def size(self) -> int:
        """The highest number in use: that of unknown talk."""
        return 3 + 4 * len(self.phones)

    def variants(self, phone: str) -> range:
        """A phone's numbers, one for each place in a word."""
        first = self._first[phone]
        return range(first, first + len(_PLACES))

    def unknown(self, pronunciation: Sequence[str]) -> list[str]:
        """What of a pronunciation is no phone of this set."""
        unspelt = (UNKNOWN_SOUND, TALK_SOUND)
        return [p for p in pronunciation if p not in self._first and p not in unspelt]

    def numbers(self, pronunciation: Sequence[str]) -> tuple[int, ...]:
        """A word's phones as numbers."""
        if tuple(pronunciation) == (UNKNOWN_SOUND,):
            return (UNKNOWN,)
        if tuple(pronunciation) == (TALK_SOUND,):
            return (self.size,)
        firsts = [self._first[phone] for phone in pronunciation]
        if len(firsts) == 1:
            return (firsts[0] + _PLACES.index("singleton"),)
        inner = [first + _PLACES.index("internal") for first in firsts[1:-1]]
        return (firsts[0], *inner, firsts[-1] + _PLACES.index("end"))

    def word_boundaries(self) -> str:
        """The text of graph/phones/word_boundary.int: what each number says of a word's limits."""
        lines = [f"{SILENCE} nonword", f"{UNKNOWN} singleton"]
        for first in self._first.values():
            lines += [f"{first + n} {place}" for n, place in enumerate(_PLACES)]
        return "\n".join([*lines, f"{self.size} singleton"]) + "\n"


_SETS = {"en": ENGLISH, "zh": MANDARIN}


def phone_set(language: str) -> PhoneSet:
    """The sounds of one of our languages."""
    return PhoneSet(_SETS[language])
