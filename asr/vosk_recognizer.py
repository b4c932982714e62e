"""Vosk behind the recogniser protocol: model loaded once a process, one recogniser a stream.

Start processes that decode with OMP_NUM_THREADS=1: Vosk's matrix library else starts threads for
every core while a stream is decoded by one thread anyhow.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from asr.errors import GrammarUnknown, GrammarUnsupported
from asr.model_files import check_model, sampling_rate, takes_grammar
from asr.readings import NO_SPACES, NO_WORDS, UNKNOWN, join_words, likeliest, transcript_of
from asr.recognizer import Pcm, Transcript
from audio.frames import RATE

_OVERSAMPLED = 3
"""Vosk's readings may differ in nothing but where a word begins; so many times more are taken."""


class VoskModel:
    """A loaded model; safe to share between threads, its recognisers are not."""

    def __init__(self, path: Path, language: str) -> None:
        """Load the folder `path`; raises ModelMissing with the names of what is not there."""
        check_model(path)
        import vosk  # loads a 25 MB library that the web process never needs

        vosk.SetLogLevel(-1)
        self.language = language
        self.rate = sampling_rate(path)
        self._path = path
        self._kaldi_recognizer = vosk.KaldiRecognizer
        self._model = vosk.Model(str(path))

    def open(
        self, grammar: tuple[str, ...] | None = None, alternatives: int = 0
    ) -> "VoskRecognizer":
        """A recogniser for one stream; raises GrammarUnknown for words the model cannot hear and
        GrammarUnsupported for a model that takes none.
        """
        arguments: list[Any] = [self._model, self.rate]
        if grammar is not None:
            arguments.append(json.dumps([*self._phrases(grammar), UNKNOWN], ensure_ascii=False))
        kaldi = self._kaldi_recognizer(*arguments)
        return VoskRecognizer(kaldi, self.language, self.rate, alternatives)

    def knows(self, word: str) -> bool:
        """Whether the model's vocabulary has this word."""
        return bool(self._model.vosk_model_find_word(word) >= 0)

    def _phrases(self, grammar: tuple[str, ...]) -> list[str]:
        """The grammar in words of the vocabulary."""
        if not takes_grammar(self._path):
            raise GrammarUnsupported(self._path)
        lacking = {phrase: self._lacking(phrase) for phrase in grammar}
        unknown = {phrase: words for phrase, words in lacking.items() if words}
        if unknown:
            words = dict.fromkeys(word for found in unknown.values() for word in found)
            raise GrammarUnknown(tuple(unknown), tuple(words), self.language)
        return [self._in_vocabulary(phrase) for phrase in grammar]

    def _in_vocabulary(self, phrase: str) -> str:
        """The phrase as known words with spaces; empty where some part is not known."""
        if self._lacking(phrase):
            return ""
        return " ".join(
            word
            for part in phrase.split()
            for word in ([part] if self.knows(part) else self._cut(part))
        )

    def _lacking(self, phrase: str) -> list[str]:
        """The parts of a phrase that no known words make."""
        return [part for part in phrase.split() if not (self.knows(part) or self._cut(part))]

    def _cut(self, text: str) -> list[str]:
        """Mandarin has no spaces: take the longest known word from the left, again and again."""
        if self.language not in NO_SPACES:
            return []
        words: list[str] = []
        while text:
            for length in range(len(text), 0, -1):
                if self.knows(text[:length]):
                    words.append(text[:length])
                    text = text[length:]
                    break
            else:
                return []
        return words


class VoskRecognizer:
    """Decodes one stream; Vosk's own pauses inside an utterance are joined again."""

    def __init__(self, kaldi: Any, language: str, rate: int, alternatives: int = 0) -> None:
        self._kaldi = kaldi
        self._language = language
        self._rate = rate
        self._alternatives = alternatives
        self._upsampler = _upsampler(rate)
        self._results: list[dict[str, Any]] = []
        kaldi.SetWords(True)
        kaldi.SetMaxAlternatives(alternatives * _OVERSAMPLED)

    def accept(self, pcm: Pcm) -> None:
        """Decode a piece of 8 kHz sound; blocks for about 2 % of its length (small model)."""
        self._decode(pcm, last=False)

    def interim(self) -> str:
        """The words so far."""
        parts = [word["word"] for result in self._results for word in _first(result)]
        parts += json.loads(self._kaldi.PartialResult()).get("partial", "").split()
        return join_words([word for word in parts if word not in NO_WORDS], self._language)

    def finish(self) -> Transcript:
        """The utterance's words, with times from the first sample ever accepted."""
        if self._upsampler is not None:
            self._decode(np.zeros(0, np.int16), last=True)
            self._upsampler = _upsampler(self._rate)  # no tail of this utterance in the next
        self._results.append(json.loads(self._kaldi.FinalResult()))
        results, self._results = self._results, []
        if self._alternatives:
            return likeliest(results, self._language, self._alternatives)
        return transcript_of([word for one in results for word in _first(one)], self._language)

    def _decode(self, pcm: Pcm, *, last: bool) -> None:
        if self._upsampler is not None:
            pcm = self._upsampler.resample_chunk(pcm, last=last)
        if pcm.size and self._kaldi.AcceptWaveform(pcm.tobytes()):
            self._results.append(json.loads(self._kaldi.Result()))


def _upsampler(rate: int) -> Any:
    """A streaming filter from the line's 8 kHz, or None where the model hears 8 kHz."""
    if rate == RATE:
        return None
    import soxr  # only with models made for 16 kHz

    return soxr.ResampleStream(RATE, rate, 1, dtype="int16")


def _first(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The words of a result, or of its likeliest reading."""
    readings = result.get("alternatives") or [result]
    words: list[dict[str, Any]] = readings[0].get("result", [])
    return words
