"""Vosk behind the recogniser protocol: model loaded once a process, one recogniser a stream.

Start processes that decode with OMP_NUM_THREADS=1: Vosk's matrix library else starts threads for
every core while a stream is decoded by one thread anyhow.
"""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from asr.errors import GrammarUnknown, GrammarUnsupported
from asr.model_files import check_model, sampling_rate, takes_grammar
from asr.recognizer import Pcm, Transcript, Word
from audio.frames import RATE

UNKNOWN = "[unk]"
"""What Vosk reports for sound that fits no word."""

_NO_SPACES = frozenset({"zh"})
"""Languages that are written without spaces between words."""


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

    def open(self, grammar: tuple[str, ...] | None = None) -> "VoskRecognizer":
        """A recogniser for one stream; raises GrammarUnknown for words the model cannot hear and
        GrammarUnsupported for a model that takes none.
        """
        arguments: list[Any] = [self._model, self.rate]
        if grammar is not None:
            if not takes_grammar(self._path):
                raise GrammarUnsupported(self._path)
            phrases = [self._in_vocabulary(phrase) for phrase in grammar]
            unknown = [given for given, found in zip(grammar, phrases, strict=True) if not found]
            if unknown:
                raise GrammarUnknown(tuple(unknown), self.language)
            arguments.append(json.dumps([*phrases, UNKNOWN], ensure_ascii=False))
        return VoskRecognizer(self._kaldi_recognizer(*arguments), self.language, self.rate)

    def knows(self, word: str) -> bool:
        """Whether the model's vocabulary has this word."""
        return bool(self._model.vosk_model_find_word(word) >= 0)

    def _in_vocabulary(self, phrase: str) -> str:
        """The phrase as known words with spaces; empty where some part is not known."""
        words: list[str] = []
        for part in phrase.split():
            found = [part] if self.knows(part) else self._cut(part)
            if not found:
                return ""
            words += found
        return " ".join(words)

    def _cut(self, text: str) -> list[str]:
        """Mandarin has no spaces: take the longest known word from the left, again and again."""
        if self.language not in _NO_SPACES:
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

    def __init__(self, kaldi: Any, language: str, rate: int) -> None:
        self._kaldi = kaldi
        self._language = language
        self._rate = rate
        self._upsampler = _upsampler(rate)
        self._results: list[dict[str, Any]] = []
        kaldi.SetWords(True)

    def accept(self, pcm: Pcm) -> None:
        """Decode a piece of 8 kHz sound; blocks for about 2 % of its length (small model)."""
        self._decode(pcm, last=False)

    def interim(self) -> str:
        """The words so far."""
        parts = [word["word"] for result in self._results for word in result.get("result", [])]
        parts += json.loads(self._kaldi.PartialResult()).get("partial", "").split()
        return join_words([word for word in parts if word != UNKNOWN], self._language)

    def finish(self) -> Transcript:
        """The utterance's words, with times from the first sample ever accepted."""
        if self._upsampler is not None:
            self._decode(np.zeros(0, np.int16), last=True)
            self._upsampler = _upsampler(self._rate)  # no tail of this utterance in the next
        self._results.append(json.loads(self._kaldi.FinalResult()))
        raw = [word for result in self._results for word in result.get("result", [])]
        self._results = []
        return transcript_of(raw, self._language)

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


def transcript_of(raw: list[dict[str, Any]], language: str) -> Transcript:
    """Vosk's word list as a transcript; unknown sound gives no word but lowers the confidence."""
    words = tuple(
        Word(
            text=word["word"],
            start_ms=round(1000 * word["start"]),
            end_ms=round(1000 * word["end"]),
            confidence=float(word["conf"]),
        )
        for word in raw
        if word["word"] != UNKNOWN
    )
    confidence = sum(word.confidence for word in words) / len(raw) if raw else 0.0
    text = join_words([word.text for word in words], language)
    return Transcript(text=text, words=words, confidence=min(1.0, confidence), language=language)


def join_words(words: list[str], language: str) -> str:
    """Words as people write them: Mandarin without spaces, except between Latin words."""
    if language not in _NO_SPACES:
        return " ".join(words)
    if not words:
        return ""
    glued = [words[0]]
    for before, after in pairwise(words):
        glued.append(f" {after}" if before.isascii() and after.isascii() else after)
    return "".join(glued)
