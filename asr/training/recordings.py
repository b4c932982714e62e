"""Recorded people as training speech: a folder with manifest.csv and the sound files it names."""

import csv
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice, product
from pathlib import Path

from asr.training.errors import RecordingsUnusable
from asr.training.phone_sets import phone_set
from asr.training.pronunciations import lexicon_of, pronounce
from asr.training.speech import RecordedSpeech
from asr.training.texts import load_text
from audio.errors import SoundUnreadable
from audio.files import read_sound
from audio.frames import RATE
from audio.resample import resample

MANIFEST = "manifest.csv"
_COLUMNS = frozenset({"path", "dataset", "lang", "speaker", "text"})
_MOST_READINGS = 16

_Row = Mapping[str, str]


def read_recordings(
    folder: Path, language: str, kept_out: Collection[str] = ()
) -> Iterator[RecordedSpeech]:
    """Utterances of one language, but for the speakers kept out (named dataset/speaker).

    Texts with a word that cannot be read are left out. Raises RecordingsUnusable.
    """
    everybody = _rows(folder)
    for voice in set(kept_out) - {voice_of(row) for row in everybody}:
        raise RecordingsUnusable(folder / MANIFEST, f"has no speaker {voice!r} to keep out")
    rows = [
        row for row in everybody if row["lang"] == language and voice_of(row) not in kept_out
    ]  # fmt: skip
    readings = _readings({row["text"] for row in rows}, language)
    for row in rows:
        if row["text"] in readings:
            yield _recorded(folder, row, readings[row["text"]])


def voice_of(row: _Row) -> str:
    """A speaker's name, told from others of the same name in another data set."""
    return f"{row['dataset']}/{row['speaker']}"


def _rows(folder: Path) -> list[_Row]:
    path = folder / MANIFEST
    if not path.is_file():
        raise RecordingsUnusable(path, "there is no such file")
    with path.open(encoding="utf-8", newline="") as lines:
        rows: list[_Row] = list(csv.DictReader(lines))
    missing = sorted(_COLUMNS - set(rows[0] if rows else _COLUMNS))
    if missing:
        raise RecordingsUnusable(path, f"lacks the column {missing[0]!r}")
    return rows


def _recorded(folder: Path, row: _Row, readings: Sequence[Sequence[str]]) -> RecordedSpeech:
    try:
        channels, rate = read_sound(folder / row["path"])
    except SoundUnreadable as problem:
        raise RecordingsUnusable(folder / MANIFEST, str(problem)) from problem
    return RecordedSpeech(resample(channels[0], rate, RATE), readings, voice_of(row))


def _readings(texts: Collection[str], language: str) -> dict[str, list[tuple[str, ...]]]:
    """Every way to say each text, the commoner first; a text that cannot be read is left out."""
    words = {text: text.split() for text in texts}
    ways = defaultdict(list)
    for said in lexicon_of(pronounce({w for some in words.values() for w in some}, [], language)):
        if not phone_set(language).unknown(said.phones):
            ways[said.word].append(said.phones)
    for word, phones in load_text(language).also_said.items():
        ways[word].append(phones)
    return {
        text: [
            tuple(phone for way in chosen for phone in way)
            for chosen in islice(product(*(ways[word] for word in parts)), _MOST_READINGS)
        ]
        for text, parts in words.items()
        if parts and all(word in ways for word in parts)
    }
