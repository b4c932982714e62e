"""`hotline emotion`: the scorer over a file or a text, with the recogniser for the words where
there is sound.
"""

import os
from pathlib import Path
from typing import Any

from asr.model_files import default_models
from asr.recognizer import Pcm
from asr.transcribe import transcribe
from asr.vosk_recognizer import VoskModel
from audio.files import read_sound
from audio.frames import RATE
from audio.resample import resample
from emotion.acoustic import AcousticScorer
from emotion.cli_view import text_json, to_json
from emotion.fusion import EmotionScorer, EmotionState
from emotion.lexical import LexicalScorer
from ops.model_choices import chosen_models

LANGUAGES = ("zh", "en")


class EmotionView:
    """Models loaded once, on first need."""

    def __init__(self, weights: Path | None = None) -> None:
        self._lexical = LexicalScorer.load()
        self._scorer = EmotionScorer(AcousticScorer.load(weights), self._lexical)
        self._models: dict[str, VoskModel] = {}

    def line(self, line: dict[str, Any], language: str) -> dict[str, Any]:
        """One JSON line: a text gives the lexical part alone. Raises ValueError."""
        language = line.get("lang") or language
        if language not in LANGUAGES:
            raise ValueError(f"lang {language!r} is neither zh nor en")
        if "text" in line:
            if not isinstance(line["text"], str):
                raise ValueError(f"text {line['text']!r} is not a string")
            return text_json(self._lexical.score(line["text"], language))
        baseline = line.get("baseline")
        return self.file(Path(line["path"]), Path(baseline) if baseline else None, language)

    def file(self, path: Path, baseline: Path | None, language: str) -> dict[str, Any]:
        """Voice, words and both, of a whole file."""
        state = EmotionState()
        at_ms = 0
        if baseline is not None:
            calm = _mono(baseline)
            at_ms = len(calm) * 1000 // RATE
            state = self._scorer.hear(state, calm, "", language, at_ms).state
        pcm = _mono(path)
        words = " ".join(t.text for t in transcribe(pcm, self._model(language)) if t.text)
        return to_json(
            self._scorer.hear(state, pcm, words, language, at_ms + len(pcm) * 1000 // RATE)
        )

    def sentence(self, result: dict[str, Any]) -> str:
        """For people."""
        fused = result["fused"]
        if fused is None:
            return f"not judged: {'; '.join(result['abstained'])}"
        reasons = "; ".join(fused["reasons"]) or "nothing special"
        return f"level {fused['level']}, score {fused['score']:.2f}: {reasons}"

    def _model(self, language: str) -> VoskModel:
        if language not in self._models:
            folders = {**default_models(), **chosen_models(os.environ)}
            self._models[language] = VoskModel(folders[language], language)
        return self._models[language]


def _mono(path: Path) -> Pcm:
    channels, rate = read_sound(path)
    return resample(channels[0], rate, RATE)
