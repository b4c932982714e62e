"""What was said: how upset a caller's words are, level 0-3, with the words it rests on."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from emotion.labels import LexicalReading
from emotion.lexicon_file import LANGUAGES, Entry, Lexicon, read_lexicon

LEVEL_POINTS = (0.75, 1.6, 2.5)
"""Points from which the level is 1, 2, 3."""
_FURTHER_HITS = 0.3
"""The strongest hit counts whole, each other one this much: five mild words are not a threat."""
_QUESTION = re.compile(r"(.)[不没]\1$")
"""Is it or is it not: 是不是, 有没有 deny nothing."""
_MOST_WORDS = 20
"""Of one utterance; nobody reads more, and they travel in the call's state."""
_NOTHING_HEARD = LexicalReading(level=0, confidence=0.0)


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    entry: Entry | None
    """None hides a neutral phrase from the words inside it."""


class LexicalScorer:
    """Scores utterances; holds no caller, one serves all calls."""

    def __init__(self, lexicons: dict[str, Lexicon]) -> None:
        self._lexicons = lexicons

    @classmethod
    def load(cls, folder: Path | None = None) -> "LexicalScorer":
        """Read zh.yaml and en.yaml beside this file or in `folder`; raises LexiconInvalid."""
        folder = folder or Path(__file__).with_name("lexicon")
        return cls({language: read_lexicon(folder / f"{language}.yaml") for language in LANGUAGES})

    def score(self, text: str, language: str) -> LexicalReading:
        """Level of one utterance; unknown language or no words: level 0 with confidence 0."""
        lexicon = self._lexicons.get(language)
        said = _normalised(text, language)
        if lexicon is None or not _speaks(said, language):
            return _NOTHING_HEARD
        points, soothing, ceiling, words = [], 0.0, 0, []
        for hit in [] if _asks_for_goods(said, lexicon) else _hits(said, lexicon):
            if hit.entry is None or _negated(said, hit.start, lexicon):
                continue
            if hit.entry.points < 0:
                soothing = min(soothing, hit.entry.points)
                continue
            factor, phrase = _with_degree(said, hit, lexicon)
            points.append(hit.entry.points * factor)
            ceiling = max(ceiling, hit.entry.ceiling)
            words.append(phrase)
        mocked = _mocked(said, lexicon)
        if mocked and lexicon.sarcasm:
            points.append(lexicon.sarcasm.points)
            ceiling = max(ceiling, lexicon.sarcasm.ceiling)
            words.append(mocked)
        if mocked or any(pattern.search(said) for pattern in lexicon.contrasts):
            soothing = 0.0
        level = min(_level(points, soothing), ceiling)
        sure = _confidence(said, language, len(words))
        return LexicalReading(level, sure, tuple(words[:_MOST_WORDS]))


def _normalised(text: str, language: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    if language == "zh":
        return re.sub(r"[\s,。、,.!?;:…~]+", "", plain)
    return re.sub(r"[^\w']+", " ", plain).strip()


def _speaks(said: str, language: str) -> bool:
    """Does the text hold anything of this language? Digits count for both (12315)."""
    return re.search(r"[一-鿿0-9]" if language == "zh" else r"[a-z0-9]", said) is not None


def _hits(said: str, lexicon: Lexicon) -> list[_Hit]:
    """Non-overlapping finds; the longest wins, a neutral phrase wins over an equally long word."""
    found = [
        _Hit(match.start(), match.end(), None)
        for pattern in lexicon.neutral
        for match in pattern.finditer(said)
    ]
    for entry in lexicon.entries:
        found += [_Hit(m.start(), m.end(), entry) for m in entry.pattern.finditer(said)]
    found.sort(key=lambda hit: (hit.start - hit.end, hit.entry is not None, hit.start))
    kept: list[_Hit] = []
    for hit in found:
        if all(hit.end <= other.start or hit.start >= other.end for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)


def _negated(said: str, start: int, lexicon: Lexicon) -> bool:
    """Is the find denied? Only fillers may stand between: "not arrived terrible" denies nothing."""
    glue = "" if lexicon.language == "zh" else " "
    before = glue + said[:start].rstrip()
    for _ in range(4):
        if any(before.endswith(glue + word) for word in lexicon.negations):
            return not _QUESTION.search(before)
        filler = next((w for w in lexicon.fillers if before.endswith(glue + w)), None)
        if filler is None:
            return False
        before = before[: -len(glue + filler)]
    return False


def _asks_for_goods(said: str, lexicon: Lexicon) -> bool:
    """Do you stock the Lawyer costume? Whoever asks that threatens nobody."""
    if not any(pattern.search(said) for pattern in lexicon.shopping):
        return False
    return not any(pattern.search(said) for pattern in lexicon.personal)


def _mocked(said: str, lexicon: Lexicon) -> str | None:
    """The praise that a grievance follows with no turn in the sentence, or None."""
    sarcasm = lexicon.sarcasm
    if sarcasm is None or any(pattern.search(said) for pattern in sarcasm.turn):
        return None
    praises = [match for pattern in sarcasm.praise if (match := pattern.search(said))]
    if not praises:
        return None
    first = min(praises, key=lambda match: match.start())
    if _negated(said, first.start(), lexicon):
        return None
    after = said[first.end() :]
    return first.group() if any(pattern.search(after) for pattern in sarcasm.grievance) else None


def _with_degree(said: str, hit: _Hit, lexicon: Lexicon) -> tuple[float, str]:
    """Factor of the degree word that touches the find, and both as they were said."""
    found = said[hit.start : hit.end]
    before, after = said[: hit.start].rstrip(), said[hit.end :].lstrip()
    edge = "" if lexicon.language == "zh" else " "
    for word, factor in lexicon.degrees:
        if (edge + before).endswith(edge + word):
            return factor, word + edge + found
        if (after + edge).startswith(word + edge):
            return factor, found + edge + word
    return 1.0, found


def _level(points: list[float], soothing: float) -> int:
    if not points:
        return 0
    strongest = max(points)
    total = strongest + _FURTHER_HITS * (sum(points) - strongest) + soothing
    return sum(total >= step for step in LEVEL_POINTS)


def _confidence(said: str, language: str, hits: int) -> float:
    """More words make a quiet text surer, more finds an upset one."""
    if hits:
        return min(0.9, 0.6 + 0.1 * hits)
    length = len(said) / 2 if language == "zh" else len(said.split())
    return min(0.7, 0.3 + 0.1 * length)
