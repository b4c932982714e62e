"""The checks that a scorecard may name: pure functions of a call's evidence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from qa.checks import course, speech
from qa.criteria import Criterion
from qa.evidence import CallEvidence, Finding


@dataclass(frozen=True, slots=True)
class Check:
    """One check and what it must be told."""

    run: Callable[[CallEvidence, Criterion], Finding]
    params: Mapping[str, str]
    """By name: number, count, words (by language) or list."""


CHECKS: Mapping[str, Check] = {
    "greeting_given": Check(course.greeting_given, {"within_seconds": "number", "words": "words"}),
    "answered_in_time": Check(
        course.answered_in_time, {"ring_seconds": "number", "wait_seconds": "number"}
    ),
    "request_understood": Check(course.request_understood, {"no_matches": "number"}),
    "wait_announced": Check(course.wait_announced, {"within_seconds": "number"}),
    "read_back": Check(course.read_back, {"intents": "list", "words": "words"}),
    "solved_or_handed_over": Check(course.solved_or_handed_over, {}),
    "agent_introduced": Check(
        speech.agent_introduced, {"within_seconds": "number", "words": "words"}
    ),
    "empathy_shown": Check(speech.empathy_shown, {"words": "words"}),
    "no_forbidden_words": Check(speech.no_forbidden_words, {"words": "words"}),
    "courteous_ending": Check(
        speech.courteous_ending, {"last_segments": "count", "words": "words"}
    ),
    "no_long_silence": Check(speech.no_long_silence, {"seconds": "number"}),
    "little_talk_over": Check(speech.little_talk_over, {"ratio": "number"}),
}


def find(evidence: CallEvidence, criterion: Criterion) -> Finding:
    """Ask one criterion of one call."""
    return CHECKS[criterion.check].run(evidence, criterion)
