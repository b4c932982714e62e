"""One turn of the dialogue: what was heard, pressed or not said becomes the next move. No clock."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dialogue import agenda, always, clarifying, keypad, proofs, upset
from dialogue.agenda import ANYTHING_ELSE
from dialogue.awaited import IsWhole
from dialogue.bots.base import Bot, Request
from dialogue.bots.caller_orders import ORDER_KINDS, with_slots, with_story
from dialogue.bots.handover import HandoverBot
from dialogue.gate import Heard, Staff
from dialogue.identity import Identity
from dialogue.nlu.intents import NOT_REQUESTS, label
from dialogue.nlu.normalise import normalise
from dialogue.slots import CODE_WORD, FREE, PLACE_WORDS, choice, without_name
from dialogue.turns import (
    NOTHING,
    Caller,
    Entity,
    Intent,
    Memory,
    Reply,
    Understanding,
    Understands,
    Utterance,
)
from dialogue.wording import Wording
from tts.wording import spoken_number

MAX_FAILURES = 3
"""No-matches and no-inputs in a row before a person takes over (DESIGN.md)."""
MIN_YES_CONFIDENCE = 0.25
"""A yes to an act that was heard less surely than this is asked for again."""


class DialogueManager:
    """Owns the agenda; all that it knows of a call is in the Memory it is given and returns."""

    def __init__(
        self,
        understander: Understands,
        bots: Sequence[Bot],
        wording: Wording,
        handover: HandoverBot,
        identity: Identity,
    ) -> None:
        self._understander = understander
        by_intent = {intent: bot for bot in bots for intent in bot.intents}
        self._staff = Staff(by_intent, identity, wording)
        self._wording = wording
        self._handover = handover

    def greeting(self, caller: Caller, language: str) -> str:
        """The first sentence: a machine, recorded, why tone counts, how to refuse, the way out."""
        return self._wording.say("greeting", language)

    def said(self, prompt_id: str, language: str, **values: object) -> str:
        """A fixed sentence (apology, agent_lost, resumed, ...); raises PromptUnknown."""
        # What was said before the line broke is unknown when the break came first.
        return self._wording.say(prompt_id, language, **{"last": "", **values}).strip()

    def waiting_line(self, position: int, expected_wait_seconds: int | None, language: str) -> str:
        """Place in the queue from 1 and, when known, the wait in whole minutes, rounded up."""
        if expected_wait_seconds is None:
            if position <= 1:
                return self._wording.say("next_in_line", language)
            return self._wording.say(
                "in_line", language, position=spoken_number(position, language)
            )
        count = max(1, -(-expected_wait_seconds // 60))
        number = spoken_number(count, language)
        if language == "zh":
            minutes = f"{'两' if count == 2 else number}分钟"
        else:
            minutes = f"{number} minute{'s' if count > 1 else ''}"
        return self._wording.say(
            "in_line_wait",
            language,
            position=spoken_number(position, language),
            minutes=minutes,
        )

    def hear(self, utterance: Utterance, memory: Memory, caller: Caller, now: datetime) -> Reply:
        """The move after an utterance; an empty text is a no-match."""
        understanding = self._understood(utterance, caller, now)
        heard = Heard(utterance, understanding, caller, now)
        text = normalise(utterance.text, utterance.language)
        is_first = upset.is_first(memory, utterance.emotion_level)
        memory = upset.tempered(memory, utterance.emotion_level)
        # A name given before anything is asked for counts, too.
        memory = proofs.with_proofs(memory, NOTHING, utterance.text, caller, ())
        reply = self._at_any_time(text, memory, heard)
        if reply is None:
            reply = self._in_place(text, memory, heard)
        if is_first and reply.handover is None and not reply.memory.analysis_refused:
            reply = upset.soothed(reply, self._wording)
        return _remembering(reply)

    def _understood(self, utterance: Utterance, caller: Caller, now: datetime) -> Understanding:
        """What is asked for; the caller's own name leaves the house with no second opinion."""
        language = utterance.language
        if len(utterance.readings) > 1:
            readings = [(without_name(text, caller.name), p) for text, p in utterance.readings]
            return self._understander.understand_readings(readings, language, now)
        text = without_name(utterance.text, caller.name)
        return self._understander.understand(text, language, now)

    def no_input(self, memory: Memory, caller: Caller, now: datetime) -> Reply:
        """Silence: ask again; then hang up when all was done, else fetch a person."""
        memory, keyed = keypad.given_up(memory)
        if keyed == keypad.PERSON:  # one 0 and nothing more was no order's last digits
            return self._chosen(keyed, memory, caller, now)
        memory = replace(memory, failures=memory.failures + 1)
        if memory.waiting_for == ANYTHING_ELSE and memory.failures >= 2:
            return self._goodbye(memory, NOTHING)
        if memory.failures >= MAX_FAILURES:
            return self._stuck(memory, NOTHING)
        if memory.waiting_for is None:
            return Reply(self._wording.say("no_input", memory.language), memory, NOTHING)
        first = upset.say(self._wording, "still_there", memory)
        return self._asking_again(first, memory, NOTHING)

    def press(self, digit: str, memory: Memory, caller: Caller, now: datetime) -> Reply:
        """The move after a key: an answer to the question asked, else the menu of `keys`."""
        if keypad.awaits_digits(memory) and digit.isdigit():
            return self._collect(digit, memory, caller, now)
        if keypad.wants_code(digit, memory):
            said = Utterance(CODE_WORD[memory.language], memory.language)
            return _remembering(self._work(memory, Heard(said, NOTHING, caller, now)))
        if keypad.chooses(digit, memory):
            place = PLACE_WORDS[memory.language][int(digit) - 1]
            said = Utterance(place, memory.language)
            return _remembering(self._work(memory, Heard(said, NOTHING, caller, now)))
        if digit == keypad.OTHER_LANGUAGE:
            other = "en" if memory.language == "zh" else "zh"
            nothing = Heard(Utterance("", other), NOTHING, caller, now)
            return _remembering(self._switched(other, memory, nothing))
        if digit == keypad.NO_ANALYSIS:
            nothing = Heard(Utterance("", memory.language), NOTHING, caller, now)
            return _remembering(self._unanalysed(memory, nothing))
        return self._chosen(digit, memory, caller, now)

    def _chosen(self, digit: str, memory: Memory, caller: Caller, now: datetime) -> Reply:
        """What the menu, or an answer by key, leads to."""
        intents = keypad.meaning(digit, memory)
        if not intents:
            text = self._joined(memory, "key_unknown", "keys")
            return Reply(text, memory, NOTHING)
        understanding = Understanding(tuple(Intent(i, 1.0, digit) for i in intents), ())
        heard = Heard(Utterance("", memory.language), understanding, caller, now)
        reply = self._at_any_time("", memory, heard)
        return _remembering(reply or self._in_place("", memory, heard))

    def awaited(self, memory: Memory, caller: Caller) -> IsWhole:
        """Tells from the words so far whether the open question for digits is answered."""
        return self._staff.identity.awaited(memory, caller)

    # -- what counts at any moment

    def _at_any_time(self, text: str, memory: Memory, heard: Heard) -> Reply | None:
        """Anger, the wish for a person, another language, say it again; None when none applies."""
        spoken = heard.utterance.language
        words = always.upset_words(text, spoken)
        complains = _holds(heard.understanding, "complaint")
        if not memory.analysis_refused and always.refuses_analysis(text, spoken):
            return self._unanalysed(memory, heard)
        if upset.needs_person(heard.utterance.emotion_level) or (complains and words):
            return self._angry(words or text, memory, heard)
        language = always.wanted_language(text, spoken)
        if language is not None:
            return self._switched(language, memory, heard)
        if _holds(heard.understanding, "human_agent"):
            return self._asked_for_person(memory, heard)
        if always.wants_slower(text, spoken):
            memory = replace(memory, slower=True)
            text = memory.slots.get("last") or self._wording.say("hello_again", memory.language)
            return Reply(text, memory, heard.understanding)
        if always.wants_repeat(text, spoken) and "last" in memory.slots:
            text = memory.slots["last"]
            return Reply(text, memory, heard.understanding)
        return None

    def _angry(self, words: str, memory: Memory, heard: Heard) -> Reply:
        intents = _requests(heard.understanding) or memory.agenda
        intent = next((i for i in memory.agenda if i in self._handover.intents), None)
        note = self._wording.say("story.angry", memory.language, words=words)
        memory = with_story(agenda.added(memory, intents, self._wording), note)
        return self._to_person("angry", intent or (intents or ("complaint",))[0], memory, heard)

    def _unanalysed(self, memory: Memory, heard: Heard) -> Reply:
        """The voice is not analysed any more; what else was said, or asked before, goes on."""
        memory = replace(memory, analysis_refused=True, temper=0)
        first = self._wording.say("analysis_off", memory.language)
        rest = always.without_refusal(heard.utterance.text, heard.utterance.language)
        if rest:
            said = replace(heard.utterance, text=rest)
            reply = self.hear(said, memory, heard.caller, heard.now)
            return replace(reply, text=self._after(first, reply.text, memory))
        asked = memory.slots.get("last") if memory.waiting_for else None
        text = asked or self._wording.say("what_else", memory.language)
        text = self._after(first, text, memory)
        return Reply(text, memory, NOTHING)

    def _asked_for_person(self, memory: Memory, heard: Heard) -> Reply:
        others = tuple(i for i in _requests(heard.understanding) if i != "human_agent")
        memory = agenda.added(memory, others, self._wording) if others else memory
        intent = memory.agenda[0] if memory.agenda else "human_agent"
        return self._to_person("asked", intent, memory, heard)

    def _to_person(self, reason: str, intent: str, memory: Memory, heard: Heard) -> Reply:
        """Give over with what is known; the product matters when the request is about goods."""
        request = Request(intent, heard.understanding)
        order = trouble = None
        if intent in self._handover.knows_goods or "order" in memory.slots:
            order, trouble = self._handover.concerned(request, memory, heard.caller)
        handover = self._handover.to_person(reason, request, order)
        text = self._wording.say(f"transferring_{reason}", memory.language)
        return Reply(text, memory, heard.understanding, handover=handover, trouble=trouble)

    def _switched(self, language: str, memory: Memory, heard: Heard) -> Reply:
        """Another language; what was asked for is taken up again in it."""
        memory = replace(memory, language=language, failures=0, waiting_for=None)
        first = self._wording.say("switched", language)
        if not memory.agenda:
            memory = replace(memory, waiting_for=ANYTHING_ELSE if memory.done else None)
            return Reply(self._joined(memory, "switched", "what_else"), memory, NOTHING)
        reply = self._work(memory, replace(heard, understanding=NOTHING))
        return replace(reply, text=self._after(first, reply.text, memory))

    # -- what depends on the question asked

    def _in_place(self, text: str, memory: Memory, heard: Heard) -> Reply:
        understanding = heard.understanding
        requests = _requests(understanding) or _by_number_alone(understanding)
        if memory.waiting_for == clarifying.WAITING:
            return self._clarified(memory, heard, requests)
        if memory.waiting_for and memory.waiting_for != ANYTHING_ELSE and memory.agenda:
            return self._answer(memory, heard, requests)
        if requests:
            return self._work(agenda.added(memory, requests, self._wording), heard)
        spoken = heard.utterance.language
        closing = always.says_bye(text, spoken) or (
            memory.waiting_for == ANYTHING_ELSE
            and (_holds(understanding, "deny") or always.says_thanks(text, spoken))
        )
        if closing:
            return self._goodbye(memory, understanding)
        if _holds(understanding, "greeting_thanks", "affirm", "deny"):
            prompt = "what_else" if memory.done else "hello_again"
            waiting = ANYTHING_ELSE if memory.done else None
            memory = replace(memory, failures=0, waiting_for=waiting)
            return Reply(self._wording.say(prompt, memory.language), memory, understanding)
        if understanding.alternatives:
            return self._clarify(memory, heard)
        return self._no_match(memory, understanding)

    def _clarify(self, memory: Memory, heard: Heard) -> Reply:
        """Once, "do you mean A or B?"; when that did not help, a person takes over."""
        options = tuple(i for i in heard.understanding.alternatives if i.id not in NOT_REQUESTS)
        if len(options) < 2 or memory.waiting_for not in (None, ANYTHING_ELSE):
            return self._no_match(memory, heard.understanding)
        first, second = (label(option.id, memory.language) for option in options[:2])
        text = self._wording.say("clarify", memory.language, first=first, second=second)
        memory = clarifying.asked(memory, options[0].id, options[1].id)
        return Reply(text, memory, heard.understanding)

    def _clarified(self, memory: Memory, heard: Heard, requests: tuple[str, ...]) -> Reply:
        """The answer to that question: a request, "the first", or a plain yes (the likelier)."""
        text = normalise(heard.utterance.text, heard.utterance.language)
        chosen = clarifying.chosen(memory, text, heard.understanding)
        memory = clarifying.forgotten(memory)
        if requests or chosen is not None:
            intents = requests or (str(chosen),)
            return self._work(agenda.added(memory, intents, self._wording), heard)
        return self._stuck(memory, heard.understanding)

    def _answer(self, memory: Memory, heard: Heard, requests: tuple[str, ...]) -> Reply:
        """The open question gets the answer, unless something else is asked: that goes first."""
        intent, slot = (memory.waiting_for or ".").split(".", 1)
        new = tuple(i for i in requests if i not in memory.agenda)
        if self._answers(slot, intent, heard):
            # "tomorrow" answers "which day?"; whatever else it may resemble was not asked for.
            new = tuple(i for i in new if not _is_the_answer(i, slot, heard))
            if new:
                memory = replace(memory, agenda=memory.agenda + new)
            return self._work(memory, heard)
        if new and slot != "goods":
            return self._work(agenda.added(memory, new, self._wording), heard)
        if slot == "goods" and heard.utterance.text.strip():
            return self._work(memory, heard)
        return self._no_match(memory, heard.understanding)

    def _answers(self, slot: str, intent: str, heard: Heard) -> bool:
        understanding = heard.understanding
        kinds = {e.kind for e in understanding.entities}
        if slot in FREE and FREE[slot](understanding, heard.utterance, heard.caller):
            return True
        if slot in FREE:
            return _holds(understanding, "deny")
        # "return it" to "shall I return it?" is a yes, too.
        yes = _holds(understanding, "affirm", intent)
        if yes and heard.utterance.confidence >= MIN_YES_CONFIDENCE:
            return True
        return _holds(understanding, "deny") or bool(kinds & set(ORDER_KINDS))

    def _work(self, memory: Memory, heard: Heard) -> Reply:
        step = agenda.run(self._staff, replace(memory, failures=0), heard)
        return Reply(
            step.text,
            step.memory,
            heard.understanding,
            handover=step.handover,
            trouble=step.trouble,
            sent=step.sent,
            unsent=step.unsent,
        )

    # -- when it does not go on

    def _no_match(self, memory: Memory, understanding: Understanding) -> Reply:
        memory = replace(memory, failures=memory.failures + 1)
        if memory.failures >= upset.patience(memory, MAX_FAILURES):
            return self._stuck(memory, understanding)
        if memory.waiting_for and memory.waiting_for.endswith(".confirm"):
            return self._asking_again(
                self._wording.say("yes_or_no", memory.language), memory, understanding, whole=False
            )
        if (memory.waiting_for or "").endswith(".order"):
            text = self._wording.say("order_not_found", memory.language)
            return Reply(text, memory, understanding)
        if memory.waiting_for and "." in memory.waiting_for:
            first = self._wording.say("not_heard", memory.language)
            return self._asking_again(first, memory, understanding)
        prompt = "no_match" if memory.failures == 1 else "no_match_again"
        if _holds(understanding, "out_of_scope"):
            prompt = "out_of_scope"
        return Reply(upset.say(self._wording, prompt, memory), memory, understanding)

    def _asking_again(
        self, first: str, memory: Memory, understanding: Understanding, *, whole: bool = True
    ) -> Reply:
        parts = [first, memory.slots["last"]] if whole and "last" in memory.slots else [first]
        text = ("" if memory.language == "zh" else " ").join(parts)
        return Reply(text, memory, understanding)

    def _stuck(self, memory: Memory, understanding: Understanding) -> Reply:
        memory = with_story(memory, self._wording.say("story.stuck", memory.language))
        intent = memory.agenda[0] if memory.agenda else "human_agent"
        handover = self._handover.to_person("stuck", Request(intent, understanding), None)
        text = self._wording.say("transferring_stuck", memory.language)
        return Reply(text, memory, understanding, handover=handover)

    def _goodbye(self, memory: Memory, understanding: Understanding) -> Reply:
        text = self._wording.say("goodbye", memory.language)
        return Reply(text, replace(memory, waiting_for=None), understanding, end=True)

    def _collect(self, digit: str, memory: Memory, caller: Caller, now: datetime) -> Reply:
        """One more digit of an order's tail; each is said back until all are there."""
        memory, tail = keypad.collected(digit, memory)
        if tail is None:
            text = spoken_number(int(digit), memory.language)
            return Reply(text, memory, NOTHING)
        understanding = Understanding((), (Entity("order_id_tail", tail, tail),))
        heard = Heard(Utterance("", memory.language), understanding, caller, now)
        return _remembering(self._in_place("", memory, heard))

    def _after(self, first: str, text: str, memory: Memory) -> str:
        return f"{first}{'' if memory.language == 'zh' else ' '}{text}"

    def _joined(self, memory: Memory, *prompts: str) -> str:
        gap = "" if memory.language == "zh" else " "
        return gap.join(self._wording.say(prompt, memory.language) for prompt in prompts)


def _holds(understanding: Understanding, *intents: str) -> bool:
    return any(found.id in intents for found in understanding.intents)


def _requests(understanding: Understanding) -> tuple[str, ...]:
    return tuple(i.id for i in understanding.intents if i.id not in NOT_REQUESTS)


def _by_number_alone(understanding: Understanding) -> tuple[str, ...]:
    """A caller who says nothing but an order or parcel number wants to know where it is."""
    kinds = {entity.kind for entity in understanding.entities}
    only = not understanding.intents and kinds & {"order_id", "order_id_tail", "tracking_no"}
    return ("order_status",) if only else ()


def _is_the_answer(intent: str, slot: str, heard: Heard) -> bool:
    """Whether an intent rests on the very words that answered: a day, an address, a choice."""
    understanding = heard.understanding
    words = next((i.words for i in understanding.intents if i.id == intent), "")
    if slot == "which" and choice(words, heard.utterance.language) is not None:
        return True
    kinds = {e.kind for e in understanding.entities if e.words in words}
    return bool(kinds) if slot in FREE else "address" in kinds


def _remembering(reply: Reply) -> Reply:
    """Keep the last full sentence, for "say that again" and for silence after a question."""
    if reply.memory.failures or reply.end:
        return reply
    return replace(reply, memory=with_slots(reply.memory, last=reply.text))
