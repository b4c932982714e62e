"""How the two models in use compare, so that a caller's language can be told by them.

The bundled models' measure lies beside them. For any other pair `hotline models compare` takes it,
on sentences spoken by our own voices, with and without line noise.
"""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from asr.errors import ContrastInvalid
from asr.language import FIRST, READINGS, SECOND, Contrast, difference
from asr.model_files import default_models
from asr.recognizer import Pcm, SpeechModel, Transcript
from audio import mulaw
from audio.pcm import level_dbfs, mix, saturate

if TYPE_CHECKING:
    from tts.speaker import Speaker

KEPT = "language.json"
"""In the models folder: the measure, and of which two models it is."""
SENTENCES = 12
"""A language; with their noisy twins enough for a middle, and half a minute with large models."""
NOISE_DB = 15.0


def contrast_in_use(chosen: Mapping[str, Path], folder: Path) -> Contrast | None:
    """The measure of the models in use; None where this pair was never measured."""
    if not chosen:
        return Contrast.load()
    try:
        data = json.loads((folder / KEPT).read_text(encoding="utf-8"))
        measured = {language: Path(data[language]) for language in (FIRST, SECOND)}
        contrast = Contrast.load(folder / KEPT)
    except (OSError, ValueError, KeyError, TypeError, ContrastInvalid):
        return None
    return contrast if measured == _pair(chosen) else None


def keep_contrast(chosen: Mapping[str, Path], folder: Path, contrast: Contrast) -> None:
    """Remember the measure of these models."""
    pair = {language: str(path) for language, path in _pair(chosen).items()}
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{KEPT}"
    aside.write_text(json.dumps({**pair, **contrast.as_json()}, indent=1) + "\n", encoding="utf-8")
    aside.replace(folder / KEPT)


def measure_contrast(
    chosen: Mapping[str, Path], sentences: Mapping[str, list[str]], tell: Callable[[str], None]
) -> Contrast:
    """Load both models and let them hear both languages; `tell` gets a line of progress."""
    from asr.vosk_recognizer import VoskModel
    from tts.pyttsx3_speaker import Pyttsx3Speaker

    models = {language: VoskModel(path, language) for language, path in _pair(chosen).items()}
    found: dict[str, list[float]] = {FIRST: [], SECOND: []}
    with tempfile.TemporaryDirectory() as scratch:
        speaker = Pyttsx3Speaker(workers=1, scratch=Path(scratch))
        try:
            for language, texts in sentences.items():
                tell(f"how both models hear {language} ...")
                for pcm in _spoken(speaker, texts[:SENTENCES], language):
                    value = difference({la: (_hear(model, pcm),) for la, model in models.items()})
                    found[language] += [] if value is None else [value]
        finally:
            speaker.close()
    return Contrast.measured(found[FIRST], found[SECOND])


def _spoken(speaker: "Speaker", texts: list[str], language: str) -> Iterator[Pcm]:
    """Each sentence at another pace, and once more with noise."""
    dice = np.random.default_rng(1)
    for number, text in enumerate(texts):
        pcm = mulaw.decode(speaker.speak(text, language, rate=(0.85, 1.0, 1.15)[number % 3]).ulaw)
        quiet = np.zeros(2400, np.int16)
        pcm = np.concatenate([quiet, pcm, quiet])
        yield pcm
        level = 10 ** ((level_dbfs(pcm[np.abs(pcm) > 100]) - NOISE_DB) / 20) * 32768
        yield mix(pcm, saturate(dice.normal(0, level, pcm.size)))


def _hear(model: SpeechModel, pcm: Pcm) -> Transcript:
    recognizer = model.open(alternatives=READINGS)
    recognizer.accept(pcm)
    return recognizer.finish()


def _pair(chosen: Mapping[str, Path]) -> dict[str, Path]:
    return {**default_models(), **chosen}
