"""espeak-ng's Mandarin mnemonics: they are the phones, with tones, without limits of syllables."""

from collections.abc import Sequence

from asr.training.espeak import Sound
from asr.training.phone_sets import MANDARIN

_KNOWN = frozenset(MANDARIN)
_SAME = {";": "j", "yi": "y@"}
"""Other mnemonics of a phone: the sound of 裙 is that of 群 and 军, but for the tone."""


def mandarin_phones(sounds: Sequence[Sound]) -> list[list[str] | None]:
    """Phones of every sound in its place: none for a limit, None for an unknown sound."""
    return [_phones(sound) for sound in sounds]


def _phones(sound: Sound) -> list[str] | None:
    name = sound.mnemonic
    if not name or name[0] in "_(":
        return []
    phone = f"{_SAME.get(name, name)}{sound.tone or ''}"
    return [phone] if phone in _KNOWN else None
