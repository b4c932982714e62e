"""Values named in an utterance, in order of mention; the readers each know one kind of value."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import yaml

from dialogue.errors import DataInvalid
from dialogue.nlu.addresses import addresses
from dialogue.nlu.codes import codes
from dialogue.nlu.dates import dates
from dialogue.nlu.money import amounts
from dialogue.nlu.quantities import quantities
from dialogue.turns import Entity

PRODUCTS_FILE = Path(__file__).with_name("products.yaml")
_NO_PRODUCT = re.compile("号|尾号|费|店|卡| ?numbers?\\b| call| bill| line| shop| store| code")
"""手机号 and "phone number" name no product."""


class Products:
    """The product nouns of both languages with their category; longest noun first."""

    def __init__(self, nouns: Mapping[str, tuple[tuple[str, str], ...]]) -> None:
        self.categories = {language: dict(pairs) for language, pairs in nouns.items()}
        self.alternation = {
            language: "|".join(re.escape(noun) for noun, _ in pairs)
            for language, pairs in nouns.items()
        }
        self._patterns = {
            language: re.compile(words if language == "zh" else rf"\b(?:{words})(?:e?s)?\b")
            for language, words in self.alternation.items()
        }

    def find(self, text: str, language: str) -> Iterator[tuple[int, int, str, str]]:
        """(start, end, noun as said, category)."""
        for match in self._patterns[language].finditer(text):
            if not _NO_PRODUCT.match(text, match.end()):
                yield *match.span(), match.group(), self._category(match.group(), language)

    def _category(self, noun: str, language: str) -> str:
        known = self.categories[language]
        return next((known[n] for n in (noun, noun[:-1], noun[:-2]) if n in known), "")


def load_products(path: Path = PRODUCTS_FILE) -> Products:
    """Product nouns by language; raises DataInvalid with every problem found."""
    data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    problems = [
        f"category {category!r} needs a list {language!r}"
        for category, names in data.items()
        for language in ("zh", "en")
        if not isinstance(names, dict) or not isinstance(names.get(language), list)
    ]
    if problems or not data:
        raise DataInvalid(path.name, tuple(problems) or ("no category",))
    return Products(
        {
            language: tuple(
                sorted(
                    ((str(n), category) for category, ns in data.items() for n in ns[language]),
                    key=lambda pair: -len(pair[0]),
                )
            )
            for language in ("zh", "en")
        }
    )


Spans = Iterator[tuple[int, int, str, str]]
"""(start, end, kind, value)."""


def read_entities(text: str, language: str, today: date, products: Products) -> tuple[Entity, ...]:
    """All values of a normalised text, in order of mention; `today` is the shop's date."""
    taken: list[tuple[int, int]] = []
    found: list[tuple[int, Entity]] = []
    for start, end, kind, value in _spans(text, language, today, products):
        if not any(start < e and s < end for s, e in taken):
            taken.append((start, end))
            found.append((start, Entity(kind, value, text[start:end].strip(" ,"))))
    in_address = [(s, s + len(e.words)) for s, e in found if e.kind == "address"]
    for start, end, noun, category in products.find(text, language):
        if not any(start < e and s < end for s, e in in_address):
            found.append((start, Entity("product", noun, noun, category)))
    return tuple(entity for _, entity in sorted(found, key=lambda pair: pair[0]))


def _spans(text: str, language: str, today: date, products: Products) -> Spans:
    """Surest first: what is taken by one reader is not read again by the next."""
    for start, end, value in addresses(text, language):
        yield start, end, "address", value
    for start, end, value in amounts(text, language):
        yield start, end, "amount", value
    for start, end, value in dates(text, language, today):
        yield start, end, "date", value
    for start, end, value in quantities(text, language, products.alternation[language]):
        yield start, end, "quantity", value
    for start, end, kind, value in codes(text, language):
        yield start, end, kind, value
