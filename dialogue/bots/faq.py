"""Short answers that are the same for every caller; the sentences are in dialogue/wording."""

from datetime import datetime

from dialogue.bots.base import BotMove, Request
from dialogue.prompts import PROMPTS
from dialogue.turns import Caller, Memory, Utterance
from dialogue.wording import Wording

_PREFIX = "faq."


class FaqBot:
    """Says the prompt `faq.<intent>`; a new one needs only its prompt."""

    intents = frozenset(name.removeprefix(_PREFIX) for name in PROMPTS if name.startswith(_PREFIX))

    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    def handle(
        self, request: Request, memory: Memory, caller: Caller, utterance: Utterance, now: datetime
    ) -> BotMove:
        """One answer, always settled."""
        text = self._wording.say(_PREFIX + request.intent, memory.language)
        return BotMove(text, memory, done=(request.intent,))
