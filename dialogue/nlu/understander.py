"""One utterance to what it asks for and the values it names: rules, splitter, classifier."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from dialogue.nlu import rules
from dialogue.nlu.classifier import Classifier, Reading
from dialogue.nlu.entities import Products, load_products, read_entities
from dialogue.nlu.intents import ANSWERS, NOT_REQUESTS
from dialogue.nlu.normalise import normalise
from dialogue.nlu.readings import MAX_READINGS, combine
from dialogue.nlu.splitter import Stretch, split
from dialogue.turns import Entity, Intent, Understanding

THRESHOLD = 0.24
"""Below this probability the classifier abstains. A lower one loses fewer unusual requests, a
higher one lets fewer strange ones in; chosen on authors left out, the price of both is in
MODEL_CARD.md. Losing one costs a repeat, and every act is confirmed, so both errors are cheap."""
FLOOR = 0.2
"""Below this even the likeliest request is taken for something that this line does not do; chosen
on the development half of tests/evaluation."""
SURE_OF_OTHER = 0.9
"""From this probability of another request, words such as "agent" or "operator" ask for nobody; on
an author left out it kept all who ask for a person and let most who complain of one complain."""
NUMBERS = ("order_id", "order_id_tail", "phone", "phone_tail", "tracking_no")
_INTRODUCTIONS = re.compile(
    r"我的|我|是|订单|号码|编号|单号|号|手机|电话|尾|后|四位|最后|的|它|快递|运单|物流|嗯|那个"
    r"|\b(?:my|the|it|is|order|number|phone|mobile|ends?|ending|in|with|last|four|digits|of|tracking|"
    r"parcel|package|code|a|yes|okay|um)\b"
)
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
        found = read_entities(clean, language, today, self._products)
        entities = tuple(_as_written(entity, text) for entity in found)
        if _is_number_alone(clean, entities):
            return Understanding((), entities)  # an answer, or a request without a verb
        reading = self._classifier.read(clean, language)
        intents = self._intents(reading)
        if intents or not clean or rules.refuses_person(clean, language):
            return Understanding(tuple(intents), entities)
        return _unsure(reading, entities)

    def understand_readings(
        self, readings: Sequence[tuple[str, float]], language: str, now: datetime
    ) -> Understanding:
        """The same for (text, likelihood) of a recogniser's readings, likeliest first."""
        return combine(
            [
                (self.understand(text, language, now), likelihood)
                for text, likelihood in readings[:MAX_READINGS]
            ]
        )

    def _intents(self, reading: Reading) -> list[Intent]:
        text, language = reading.text, reading.language
        if not text:
            return []
        answer = rules.whole_answer(text, language)
        if answer is not None:
            return [Intent(answer, 1.0, text)]
        led = rules.leading_answer(text, language)
        if led is not None:
            intent, words, rest = led
            after = _requests(self._classifier.read(rest, language))
            asked = [i for i in after if i.id not in NOT_REQUESTS]
            return _tidy([Intent(intent, 1.0, words), *asked])
        return _tidy(_requests(reading))


def _requests(reading: Reading) -> list[Intent]:
    text, language = reading.text, reading.language
    found = []
    for stretch in split(text, language, reading.best, reading.places(), reading.several()):
        person = rules.asks_for_person(stretch.words, language)
        if person is not None and not _is_surely_other(stretch):
            found.append(Intent("human_agent", 1.0, person))
        elif stretch.intent == "human_agent" and rules.refuses_person(stretch.words, language):
            continue
        elif stretch.confidence >= THRESHOLD:
            found.append(Intent(stretch.intent, stretch.confidence, stretch.words))
    return found


def _is_surely_other(stretch: Stretch) -> bool:
    """It names a person, yet for another reason: "the operator laughed at me"."""
    return stretch.intent != "human_agent" and stretch.confidence >= SURE_OF_OTHER


def _unsure(reading: Reading, entities: tuple[Entity, ...]) -> Understanding:
    """Out of scope when no request is likely at all; else the two likeliest readings."""
    ranked = reading.ranked()
    likely = [Intent(i, share, reading.text) for i, share in ranked if i != "out_of_scope"][:2]
    if ranked[0][0] == "out_of_scope" or likely[0].confidence < FLOOR:
        share = dict(ranked)["out_of_scope"]
        return Understanding((Intent("out_of_scope", share, reading.text),), entities)
    return Understanding((), entities, tuple(likely))


def _as_written(entity: Entity, text: str) -> Entity:
    """An address keeps the capitals that the text has."""
    if entity.kind != "address":
        return entity
    plain = " ".join(text.replace(",", " ").split())
    at = plain.lower().find(entity.value)
    return entity if at < 0 else replace(entity, value=plain[at : at + len(entity.value)])


def _is_number_alone(text: str, entities: tuple[Entity, ...]) -> bool:
    """Nothing is said but a number and the words that introduce one."""
    numbers = [entity.words for entity in entities if entity.kind in NUMBERS]
    for words in numbers:
        text = text.replace(words, " ")
    return bool(numbers) and not _INTRODUCTIONS.sub("", text).strip(" ,")


def _tidy(intents: Iterable[Intent]) -> list[Intent]:
    """Each intent once; greetings and strange parts vanish beside a request or an answer."""
    once = list({intent.id: intent for intent in reversed(list(intents))}.values())[::-1]
    firm = [i for i in once if i.id not in NOT_REQUESTS or i.id in ANSWERS]
    return firm or once[:1]
