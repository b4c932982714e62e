"""How the bot treats an upset caller: it is sorry once, offers a person once, and is brief.

The level comes with the utterance and is 0 where emotion is only watched, so then nothing changes.
"""

from dataclasses import replace

from dialogue.turns import Memory, Reply
from dialogue.wording import Wording

UPSET_LEVEL = 2
"""From this emotion level on the bot changes its manner."""
FURIOUS_LEVEL = 3
"""From this emotion level on the caller is not kept by the bot."""
_PATIENCE = 2
"""Turns in vain before a person takes over from a bot that annoys."""


def tempered(memory: Memory, level: int) -> Memory:
    """The memory that knows the worst of this call."""
    return replace(memory, temper=max(memory.temper, level))


def is_first(memory: Memory, level: int) -> bool:
    """Whether the caller is upset for the first time in this call."""
    return level >= UPSET_LEVEL > memory.temper


def needs_person(level: int) -> bool:
    """Whether the caller goes to a person at once."""
    return level >= FURIOUS_LEVEL


def patience(memory: Memory, usual: int) -> int:
    """How many turns in vain the bot may take."""
    return min(usual, _PATIENCE) if memory.temper >= UPSET_LEVEL else usual


def say(wording: Wording, prompt: str, memory: Memory) -> str:
    """A sentence, for an upset caller in few words where there are such."""
    brief = f"brief.{prompt}"
    if memory.temper >= UPSET_LEVEL and brief in wording.prompts[memory.language]:
        return wording.say(brief, memory.language)
    return wording.say(prompt, memory.language)


def soothed(reply: Reply, wording: Wording) -> Reply:
    """First that we are sorry and that a person may be asked for, then what the bot has to say."""
    language = reply.memory.language
    first = wording.say("upset.sorry", language)
    # Where nothing was understood there are no more apologies on top.
    text = wording.say("upset.what", language) if reply.memory.failures else reply.text
    return replace(reply, text=f"{first}{'' if language == 'zh' else ' '}{text}")
