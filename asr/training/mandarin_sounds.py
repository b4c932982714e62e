"""espeak-ng's Mandarin mnemonics: they are the phones, without tones and limits of syllables."""

from collections.abc import Sequence

from asr.training.phone_sets import MANDARIN

_KNOWN = frozenset(MANDARIN)


def mandarin_phones(mnemonics: Sequence[str]) -> list[list[str] | None]:
    """Phones of every mnemonic in its place: none for a limit, None for an unknown sound."""
    return [_phones("j" if name == ";" else name) for name in mnemonics]


def _phones(name: str) -> list[str] | None:
    if not name or name[0] in "_(":
        return []
    return [name] if name in _KNOWN else None
