"""The article that answers a question, or none when nothing is near enough."""

from collections.abc import Sequence
from dataclasses import dataclass

from aftersales.knowledge.index import LANGUAGES, Article, Index, load_articles, terms

NEAR = 0.17
"""Below this an article shares only common words with the question (measured on the questions in
tests/unit/aftersales/test_knowledge.py)."""
NEAR_TOPIC = 0.09
"""Enough for an article of the request's own kind: understanding has read the whole utterance."""
SAME_TOPIC = 0.12
"""Added to articles of the request's own kind when they are put in order."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An article and how near it is, about 0 to 1."""

    article: Article
    score: float


class Knowledge:
    """All articles in both languages; read once, thread-safe."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._articles = tuple(articles)
        self._indexes = {language: Index(self._articles, language) for language in LANGUAGES}

    @classmethod
    def load(cls) -> "Knowledge":
        """With the bundled articles."""
        return cls(load_articles())

    def search(
        self, question: str, language: str, *, intent: str = "", limit: int = 3
    ) -> tuple[Hit, ...]:
        """The nearest articles, best first; none when nothing is near enough."""
        words = terms(question, language)
        if not words:
            return ()
        scored = zip(self._articles, self._indexes[language].scores(words), strict=True)
        hits = [
            Hit(article, score + SAME_TOPIC * (article.intent == intent))
            for article, score in scored
            if score >= (NEAR_TOPIC if article.intent == intent else NEAR)
        ]
        return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.article.id))[:limit])
