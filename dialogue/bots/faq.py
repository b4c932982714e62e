"""Answers that are the same for every caller: the nearest article, else a general sentence."""

from datetime import datetime

from aftersales.knowledge.search import Knowledge
from dialogue.bots.base import BotMove, Request
from dialogue.bots.caller_orders import with_story
from dialogue.prompts import PROMPTS
from dialogue.turns import Caller, Memory, Utterance
from dialogue.wording import Wording

_PREFIX = "faq."


class FaqBot:
    """Searches for what was asked; the prompt `faq.<intent>` is for when nothing is near."""

    intents = frozenset(name.removeprefix(_PREFIX) for name in PROMPTS if name.startswith(_PREFIX))

    def __init__(self, wording: Wording, knowledge: Knowledge) -> None:
        self._wording = wording
        self._knowledge = knowledge

    def handle(
        self, request: Request, memory: Memory, caller: Caller, utterance: Utterance, now: datetime
    ) -> BotMove:
        """One answer, always settled; the article's id is kept for the agent."""
        language = memory.language
        asked = next((i.words for i in request.understanding.intents if i.id == request.intent), "")
        hits = self._knowledge.search(asked, language, intent=request.intent, limit=1)
        if not hits:
            text = self._wording.say(_PREFIX + request.intent, language)
            return BotMove(text, memory, done=(request.intent,))
        article = hits[0].article
        note = self._wording.say(
            "story.article", language, title=article.title[language], source=article.id
        )
        memory = with_story(memory, note)
        return BotMove(article.answer[language], memory, done=(request.intent,))
