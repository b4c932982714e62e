"""One utterance to what it asks for and the values it names: rules, splitter, classifier."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from dialogue.nlu import rules
from dialogue.nlu.classifier import Classifier
from dialogue.nlu.entities import Products, load_products, read_entities
from dialogue.nlu.intents import ANSWERS, NOT_REQUESTS
from dialogue.nlu.normalise import normalise
from dialogue.nlu.splitter import split
from dialogue.turns import Intent, Understanding

THRESHOLD = 0.28
"""Below this probability the classifier abstains. A lower one loses fewer unusual requests, a
higher one lets fewer strange ones in; the price of both is in MODEL_CARD.md. Losing one costs a
repeat, and every act is confirmed, so both errors are cheap."""
DEFAULT_ZONE = ZoneInfo("Asia/Shanghai")


class Understander:
    """Reads utterances of both languages; thread-safe, holds no call."""

    def __init__(self, classifier: Classifier, products: Products, zone: tzinfo) -> None:
        self._classifier = classifier
        self._products = products
        self._zone = zone

    @classmethod
    def load(cls, zone: tzinfo = DEFAULT_ZONE) -> "Understander":
        """With the shipped weights and product nouns; spoken days count in the shop's zone."""
        return cls(Classifier.load(), load_products(), zone)

    def understand(self, text: str, language: str, now: datetime) -> Understanding:
        """What is asked for, in order of mention; no intent at all when nothing is sure enough."""
        clean = normalise(text, language)
        today = now.astimezone(self._zone).date()
        entities = read_entities(clean, language, today, self._products)
        return Understanding(tuple(self._intents(clean, language)), entities)

    def _intents(self, text: str, language: str) -> list[Intent]:
        if not text:
            return []
        answer = rules.whole_answer(text, language)
        if answer is not None:
            return [Intent(answer, 1.0, text)]
        led = rules.leading_answer(text, language)
        if led is not None:
            intent, words, rest = led
            return _tidy([Intent(intent, 1.0, words), *self._requests(rest, language)])
        return _tidy(self._requests(text, language))

    def _requests(self, text: str, language: str) -> list[Intent]:
        stretches = split(text, language, lambda part: self._classifier.best(part, language))
        found = []
        for stretch in stretches:
            person = rules.asks_for_person(stretch.words, language)
            if person is not None:
                found.append(Intent("human_agent", 1.0, person))
            elif stretch.intent == "human_agent" and rules.refuses_person(stretch.words, language):
                continue
            elif stretch.confidence >= THRESHOLD:
                found.append(Intent(stretch.intent, stretch.confidence, stretch.words))
        return found


def _tidy(intents: Iterable[Intent]) -> list[Intent]:
    """Each intent once; greetings and strange parts vanish beside a request or an answer."""
    once = list({intent.id: intent for intent in reversed(list(intents))}.values())[::-1]
    firm = [i for i in once if i.id not in NOT_REQUESTS or i.id in ANSWERS]
    return firm or once[:1]
