"""Who speaks the training corpus with espeak-ng, and which voices must never be heard there."""

import random

from asr.training.espeak import Manner

UNHEARD_VARIANTS = ("f3", "m5", "Storm", "klatt3", "victor", "edward", "anika", "Annie")
"""Variants that only measure a model."""
UNHEARD_ACCENTS = ("en-gb-x-gbclan",)

VARIANTS = (
    "adam", "Alex", "Alicia", "Andrea", "Andy", "antonio", "aunty", "belinda", "benjamin", "boris",
    "caleb", "david", "Denis", "Diogo", "ed", "edward2", "f1", "f2", "f4", "f5", "Gene", "Gene2",
    "grandma", "grandpa", "gustave", "Henrique", "Hugo", "ian", "iven", "iven2", "iven3", "iven4",
    "Jacky", "john", "kaukovalta", "klatt", "klatt2", "klatt4", "klatt5", "klatt6", "Lee", "linda",
    "m1", "m2", "m3", "m4", "m6", "m7", "m8", "marcelo", "Marco", "Mario", "max", "Michael",
    "michel", "miguel", "Mike", "mike2", "Nguyen", "norbert", "pablo", "paul", "pedro", "quincy",
    "Reed", "robert", "sandro", "shelby", "steph", "steph2", "steph3", "travis", "Tweaky",
    "zac",
)  # fmt: skip
"""Left out beside the unheard: robots, whispers, croaks and jokes, which no caller sounds like, and
rob, of which espeak-ng 1.52 dies within some hundred utterances."""

ACCENTS = {
    "en": {"en-us": 6, "en": 2, "en-gb-x-rp": 1, "en-gb-scotland": 2, "en-gb-x-gbcwmd": 1},
    "zh": {"cmn": 1},
}
"""Weights by language."""

_PLAIN_SHARE = 0.1
"""Of utterances: the accent's own voice, without a variant."""
_RATES, _PITCHES, _RANGES = (110, 230), (15, 90), (10, 90)
_GAP_SHARE, _LONGEST_GAP = 0.15, 12


def draw_manner(language: str, dice: random.Random) -> Manner:
    """A voice, speed and melody at random."""
    accents = ACCENTS[language]
    [voice] = dice.choices(list(accents), list(accents.values()))
    if dice.random() >= _PLAIN_SHARE:
        voice = f"{voice}+{dice.choice(VARIANTS)}"
    gap = dice.randint(1, _LONGEST_GAP) if dice.random() < _GAP_SHARE else 0
    return Manner(
        voice, dice.randint(*_RATES), dice.randint(*_PITCHES), dice.randint(*_RANGES), gap
    )
