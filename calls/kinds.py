"""Kinds of call events: the vocabulary of the timeline, the live feed and the demo's terminal."""

from enum import StrEnum


class Kind(StrEnum):
    """What happened; the comment lists the fields of `data`."""

    RINGING = "call.ringing"  # caller (masked), called, language
    ANSWERED = "call.answered"  #
    LANGUAGE = "call.language"  # language, how (speech, name, key, default), probability
    LANGUAGE_ASKED = "call.language_asked"  # heard (in both languages), probability
    BOT_SAID = "turn.bot"  # text, heard_ms, interrupted (bool)
    INTERRUPTED = "turn.interrupted"  # reaction_ms: voiced onset -> clear sent
    HEARD = "turn.heard"  # turn, text, confidence
    UNDERSTOOD = "turn.understood"  # turn, intents, entities (as in calls.models.Turn)
    EMOTION = "turn.emotion"  # turn, score, level, confidence, reasons, abstained (only if true)
    ALERTED = "alert.raised"  # level, reasons: supervisors are told of an upset caller
    ALERT_SEEN = "alert.seen"  # by (log-in), level
    ANALYSIS_REFUSED = "analysis.refused"  # the caller does not want the voice analysed
    REPLIED = "turn.replied"  # turn, text, latency_ms
    SHOP_FAILED = "shop.failed"  # gateway, failure, attempt: the shop was away or lied
    TEXTED = "text.sent"  # text: a message to the account's telephone, a code's digits hidden
    UNTEXTED = "text.refused"  # text: one that was not sent, the telephone has had a day's most
    PHOTO = "photo.received"  # number, format (jpeg, png), bytes
    PHOTOS_EXPIRED = "photo.expired"  # count: removed, they were kept for their days
    RESUMED = "call.resumed"  # what (stream, queue): the media stream was lost and is back
    FELL_BACK = "call.fell_back"  # why: the caller was given keys or the provider's queue
    QUEUED = "queue.joined"  # queue, skills, boost_seconds, terms [{name, seconds, reason}],
    # position, expected_wait_seconds, why
    MOVED = "queue.moved"  # boost_seconds, terms, position
    POSITION = "queue.position"  # position, expected_wait_seconds (as told to the caller)
    OFFERED = "queue.offered"  # agent_id, agent, reservation, why, required, waited_seconds,
    # idle_seconds (what `why` says, for other languages)
    NOT_ANSWERED = "queue.not_answered"  # agent_id, reason (timed_out, rejected, busy, failed)
    CONNECTED = "queue.connected"  # agent_id, agent, waited_seconds
    ABANDONED = "queue.abandoned"  # waited_seconds
    AGENT_LEFT = "agent.left"  # agent_id
    ENDED = "call.ended"  # outcome, seconds
    RECORDING_ANNOUNCED = "recording.announced"  # recording
    RECORDED = "recording.fetched"  # recording, seconds, channels, speech_seconds
    RECORDING_ABSENT = "recording.absent"  # recording, error
    TRANSCRIBED = "recording.transcribed"  # recording, segments, words (zh: characters)
    SCORED = "qa.scored"  # recording, scorecard, score, band, flagged, failed [criterion...]
