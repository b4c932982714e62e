"""Articles and the words they are found by: character pairs for Mandarin, stems for English.

Pairs of characters need no dictionary, so nothing heavy is loaded into a live call.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from aftersales.errors import RulesInvalid

ARTICLES = Path(__file__).with_name("articles")
LANGUAGES = ("zh", "en")
K1, B = 1.2, 0.6
"""BM25's usual saturation; a little less weight on length, because articles are all short."""
_SUFFIXES = ("ations", "ation", "ments", "ment", "ings", "ing", "ies", "ied", "es", "ed", "s", "e")
_STOP = frozenset(
    {"a", "an", "the", "i", "my", "me", "you", "your", "we", "our", "it", "its", "is", "are", "was"}
    | {"be", "do", "does", "did", "can", "could", "would", "will", "to", "of", "in", "on", "for"}
    | {"and", "or", "if", "have", "has", "had", "get", "got", "please", "want", "need", "with"}
    | {"how", "what", "when", "which", "who", "why", "there", "this", "that", "any", "some"}
    | {"about", "tell", "know", "don", "t", "s", "may", "so"}
)
_STOP_ZH = re.compile(
    "请问|我想|你们|我们|一下|怎么|什么|可以|吗|呢|啊|的|了|我|你|您|是|不是|有没有"
)


@dataclass(frozen=True, slots=True)
class Article:
    """One thing that the shop tells everybody."""

    id: str
    intent: str
    """The request that it answers, as in dialogue.nlu.intents."""
    title: Mapping[str, str]
    asked: Mapping[str, tuple[str, ...]]
    """Ways in which people ask for it."""
    answer: Mapping[str, str]
    """Short enough to be spoken."""


def load_articles(folder: Path = ARTICLES) -> tuple[Article, ...]:
    """All articles; raises RulesInvalid with every problem found."""
    problems: list[str] = []
    found: dict[str, Article] = {}
    for path in sorted(folder.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for name, body in data.items():
            where = f"{path.name}: {name}"
            if name in found:
                problems.append(f"{where} is there twice")
            article = _article(str(name), body, where, problems)
            if article is not None:
                found[article.id] = article
    if problems or not found:
        raise RulesInvalid(folder.name, tuple(problems) or ("no article",))
    return tuple(found.values())


def _article(name: str, body: Any, where: str, problems: list[str]) -> Article | None:
    if not isinstance(body, dict) or not isinstance(body.get("intent"), str):
        problems.append(f"{where} needs an intent")
        return None
    for language in LANGUAGES:
        part = body.get(language)
        if not isinstance(part, dict) or not all(part.get(k) for k in ("title", "asked", "answer")):
            problems.append(f"{where} needs title, asked and answer in {language!r}")
            return None
    parts = {language: body[language] for language in LANGUAGES}
    return Article(
        name,
        body["intent"],
        {language: str(part["title"]) for language, part in parts.items()},
        {language: tuple(map(str, part["asked"])) for language, part in parts.items()},
        {language: str(part["answer"]) for language, part in parts.items()},
    )


def terms(text: str, language: str) -> list[str]:
    """The words by which a text is found."""
    if language == "en":
        words = re.findall(r"[a-z]+", text.casefold())
        return [stem(word) for word in words if word not in _STOP]
    clean = _STOP_ZH.sub(" ", text.casefold())
    found: list[str] = []
    for run in re.findall(r"[一-鿿]+|[a-z0-9]+", clean):
        # Single characters carry little, but a misheard neighbour spoils a pair.
        found += [run[i : i + 2] for i in range(len(run) - 1)] + list(run)
    return found


def stem(word: str) -> str:
    """Without the endings that change no meaning here: returned, returning, returns -> return."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)]
            break
    return word[:-1] + "i" if word.endswith("y") and len(word) > 3 else word


class Index:
    """BM25 over the articles of one language."""

    def __init__(self, articles: Sequence[Article], language: str) -> None:
        self._counts = [Counter(_all_terms(article, language)) for article in articles]
        self._sizes = [sum(counts.values()) for counts in self._counts]
        self._mean = sum(self._sizes) / len(self._sizes)
        seen = Counter(term for counts in self._counts for term in counts)
        total = len(articles)
        self._rarity = {
            term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in seen.items()
        }
        self._unknown = math.log(1 + (total + 0.5) / 0.5)

    def scores(self, words: Sequence[str]) -> list[float]:
        """Of every article, from 0 (nothing in common) to about 1 (all that was asked)."""
        asked = set(words)
        # A term that no article has counts against all of them.
        whole = sum(self._rarity.get(term, self._unknown) for term in asked) * (K1 + 1) or 1.0
        return [
            sum(self._weight(term, counts, size) for term in asked) / whole
            for counts, size in zip(self._counts, self._sizes, strict=True)
        ]

    def _weight(self, term: str, counts: Counter[str], size: int) -> float:
        count = counts[term]
        if not count:
            return 0.0
        length = 1 - B + B * size / self._mean
        return self._rarity[term] * count * (K1 + 1) / (count + K1 * length)


def _all_terms(article: Article, language: str) -> list[str]:
    texts = (article.title[language], *article.asked[language], article.answer[language])
    return [term for text in texts for term in terms(text, language)]
