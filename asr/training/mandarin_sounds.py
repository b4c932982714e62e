"""espeak-ng's Mandarin mnemonics: they are the phones, without tones and limits of syllables."""

from collections.abc import Sequence

from asr.training.phone_sets import MANDARIN

_KNOWN = frozenset(MANDARIN)
_SAME = {";": "j", "yi": "y@"}
"""Other mnemonics of a phone: the sound of 裙 is that of 群 and 军, but for the tone."""


def mandarin_phones(mnemonics: Sequence[str]) -> list[list[str] | None]:
    """Phones of every mnemonic in its place: none for a limit, None for an unknown sound."""
    return [_phones(_SAME.get(name, name)) for name in mnemonics]


def _phones(name: str) -> list[str] | None:
    if not name or name[0] in "_(":
        return []
    return [name] if name in _KNOWN else None
