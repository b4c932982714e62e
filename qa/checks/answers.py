"""How checks answer: four verdicts, and words searched without blaming anyone for a mishearing."""

from collections.abc import Iterable, Sequence

from qa.criteria import Criterion
from qa.evidence import CallEvidence, EventFact, Finding, SegmentFact, Span, Verdict
from qa.reasons import Reason, reason

HEARD_WELL = 0.65
"""Mean word confidence below which absence or presence of words proves nothing about a person."""


def passed(
    criterion: Criterion, why: Reason, spans: Iterable[Span] = (), confidence: float = 1.0
) -> Finding:
    """The criterion is met."""
    return Finding(criterion.id, Verdict.PASS, 1.0, confidence, why, tuple(spans))


def failed(
    criterion: Criterion, why: Reason, spans: Iterable[Span] = (), confidence: float = 1.0
) -> Finding:
    """The criterion is not met, and the evidence is good enough to say so."""
    return Finding(criterion.id, Verdict.FAIL, 0.0, confidence, why, tuple(spans))


def not_applicable(criterion: Criterion, why: Reason) -> Finding:
    """The call gave no occasion."""
    return Finding(criterion.id, Verdict.NOT_APPLICABLE, None, 1.0, why)


def not_assessed(
    criterion: Criterion, why: Reason, spans: Iterable[Span] = (), confidence: float = 0.0
) -> Finding:
    """A person has to listen."""
    return Finding(criterion.id, Verdict.NOT_ASSESSED, None, confidence, why, tuple(spans))


def span_of(segment: SegmentFact) -> Span:
    """A stretch of speech as evidence."""
    return Span(segment.text, segment.party, segment.start_ms, segment.end_ms)


def said_by_bot(event: EventFact) -> Span:
    """A sentence of the bot as evidence; its event is written when it has been heard."""
    length = int(event.data.get("heard_ms") or 0)
    return Span(bot_text(event), "bot", max(0, event.at_ms - length), event.at_ms)


def bot_text(event: EventFact) -> str:
    """What the bot said."""
    return str(event.data.get("text") or "")


def found_in(text: str, words: Sequence[str], language: str) -> str | None:
    """The first of the words that the text holds; English compares whole words."""
    if language == "zh":
        joined = "".join(text.split())
        return next((word for word in words if word in joined), None)
    tokens = f" {' '.join(_english(text))} "
    return next((word for word in words if f" {' '.join(_english(word))} " in tokens), None)


def _english(text: str) -> list[str]:
    return "".join(c if c.isalnum() or c in "'[]" else " " for c in text.casefold()).split()


def mean_confidence(segments: Sequence[SegmentFact]) -> float:
    """Of speech, weighted by its length; 0 without any."""
    total = sum(segment.end_ms - segment.start_ms for segment in segments)
    if total <= 0:
        return 0.0
    return sum(s.confidence * (s.end_ms - s.start_ms) for s in segments) / total


def can_be_heard(words: Sequence[str], evidence: CallEvidence) -> bool:
    """Does the recogniser know any of these words? One that does not can prove nothing."""
    known = evidence.vocabulary
    if known is None:
        return True
    if evidence.call.language == "zh":
        return any(word in known for word in words)
    return any(all(token in known for token in _english(word)) for word in words)


def agent_said(
    criterion: Criterion, evidence: CallEvidence, segments: Sequence[SegmentFact]
) -> Finding:
    """Pass when the agent said one of the criterion's words; fail only when heard well."""
    words = criterion.words(evidence.call.language)
    for segment in segments:
        word = found_in(segment.text, words, evidence.call.language)
        if word is not None:
            why = reason("agent_said", word=word)
            return passed(criterion, why, [span_of(segment)], segment.confidence)
    spans = [span_of(segment) for segment in segments]
    confidence = mean_confidence(segments)
    if not segments:
        return not_assessed(criterion, reason("agent_unheard"))
    if not can_be_heard(words, evidence):
        return not_assessed(criterion, reason("words_unknown"), spans)
    if confidence < HEARD_WELL:
        why = reason("heard_badly", confidence=round(confidence, 3), needed=HEARD_WELL)
        return not_assessed(criterion, why, spans, confidence)
    return failed(criterion, reason("not_said"), spans, confidence)
