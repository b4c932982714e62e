"""Words and sentences of a build: the bundled vocabulary whole, or a lexicon with words added."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from asr.training.errors import WordsUnusable
from asr.training.espeak import Espeak
from asr.training.lexicon import Pronunciation
from asr.training.ngram import Sentence
from asr.training.phone_sets import phone_set
from asr.training.pronunciations import READERS, lexicon_of, pronounce, read_whole
from asr.training.segmentation import Segmenter
from asr.training.texts import TrainingText, WeightedText

_ADDED_WEIGHT = 2.0
"""A shop's own word said alone; it is also said in the place of other things that are sold."""
_PINYIN = "cmn-latn-pinyin"


@dataclass(frozen=True, slots=True)
class AddedWord:
    """A line of the user's list: a word or phrase, and how it is said where that is not plain."""

    text: str
    said: str = ""
    """Mandarin: pinyin. English: spelled as it sounds. Between slashes: the model's phones."""


def read_word_list(text: str) -> list[AddedWord]:
    """One word or phrase a line, a pronunciation after a tab; `#` begins a comment."""
    added = []
    for line in text.removeprefix("\ufeff").splitlines():
        word, _, said = line.partition("#")[0].partition("\t")
        if word.strip():
            added.append(AddedWord(" ".join(word.lower().split()), said.strip()))
    return added


def sentences_of(
    texts: Iterable[WeightedText], language: str, segmenter: Segmenter | None
) -> list[Sentence]:
    """Written sentences as words."""
    found = []
    for one in texts:
        words = segmenter.words(one.text) if segmenter else one.text.split()
        found.append(Sentence(tuple(words), one.weight))
    return found


def whole_lexicon(
    text: TrainingText, sentences: Sequence[Sentence], language: str
) -> list[Pronunciation]:
    """Every word of the text and the sentences; words that nobody can read are left out."""
    heard = [sentence.words for sentence in sentences if sentence.words]
    words = {word for sentence in heard for word in sentence} | set(text.words)
    distinct = sorted(set(heard))
    readings = pronounce(words - set(text.spelled), distinct, language)
    spelled = [Pronunciation(word, phones) for word, phones in text.spelled.items()]
    also = [Pronunciation(word, way) for word, way in text.also_said.items() if word in words]
    return [*lexicon_of(readings), *spelled, *also]


def added_lexicon(
    added: Sequence[AddedWord], lexicon: Sequence[Pronunciation], language: str
) -> list[Pronunciation]:
    """Pronunciations of the words that the lexicon lacks; raises WordsUnusable naming all."""
    known = {said.word for said in lexicon}
    espeak = Espeak()
    found: list[Pronunciation] = []
    reasons: list[str] = []
    for one in added:
        for word in [one.text.replace(" ", "")] if language == "zh" else one.text.split():
            if word in known and not one.said:
                continue
            ways = _ways(espeak, word, one.said, language)
            found += [Pronunciation(word, phones) for phones in ways]
            if not ways:
                reasons.append(_reason(word, one.said, language))
    if reasons:
        raise WordsUnusable(tuple(reasons))
    return list(dict.fromkeys(found))


def _ways(espeak: Espeak, word: str, said: str, language: str) -> list[tuple[str, ...]]:
    """Readings of a word, none where it cannot be read."""
    if said.startswith("/"):
        phones = tuple(said.strip("/").split())
        return [] if not phones or phone_set(language).unknown(phones) else [phones]
    voices = [reader.voice for reader in READERS[language]]
    if said and language == "zh":
        voices = [_PINYIN]
    ways = [read_whole(espeak, said or word, voice, language) for voice in voices]
    return list(dict.fromkeys(filter(None, ways)))


def _reason(word: str, said: str, language: str) -> str:
    if said:
        phones = " ".join(phone_set(language).phones)
        return f"{said!r} is no pronunciation of {word!r}; between slashes stand phones of {phones}"
    kind = "pinyin" if language == "zh" else "a spelling of how it sounds"
    return f"{word!r} cannot be pronounced; give {kind} after a tab"


def added_sentences(added: Sequence[AddedWord], language: str) -> list[Sentence]:
    """Every added phrase said alone."""
    return [
        Sentence((one.text.replace(" ", ""),) if language == "zh" else tuple(one.text.split()),
                 _ADDED_WEIGHT)
        for one in added
    ]  # fmt: skip
