"""Verbs to TwiML text. Pure; refuses here what the provider would refuse on a live call."""

import ipaddress
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from twilio.twiml import voice_response as twiml  # type: ignore[import-untyped]

from telephony import verbs
from telephony.errors import VerbRefused

_VOICES = {"zh": ("cmn-CN", "Polly.Zhiyu"), "en": ("en-US", "Polly.Joanna")}
"""Our language -> the provider's language tag and a voice that speaks it."""

_SAY_LIMIT = 4096
"""Characters in one <Say> (the provider's limit)."""


def render(sequence: Sequence[verbs.Verb]) -> str:
    """The TwiML document of these verbs, in order."""
    response = twiml.VoiceResponse()
    for verb in sequence:
        write = _WRITERS.get(type(verb))
        if write is None:
            raise VerbRefused(f"{type(verb).__name__!r} is no verb; use one of telephony.verbs")
        write(response, verb)
    return str(response)


def _say(parent: Any, verb: verbs.Say) -> None:
    if verb.language not in _VOICES:
        raise VerbRefused(f"say in language {verb.language!r}; there are {sorted(_VOICES)}")
    if not verb.text.strip() or len(verb.text) > _SAY_LIMIT:
        raise VerbRefused(f"say of {len(verb.text)} characters; write 1 to {_SAY_LIMIT}")
    language, voice = _VOICES[verb.language]
    parent.say(verb.text, language=language, voice=voice)


def _play(parent: Any, verb: verbs.Play) -> None:
    parent.play(verb.url)


def _pause(parent: Any, verb: verbs.Pause) -> None:
    parent.pause(length=verb.seconds)


def _gather(response: Any, verb: verbs.Gather) -> None:
    gather = twiml.Gather(
        input="dtmf",
        action=verb.action,
        num_digits=verb.num_digits,
        timeout=verb.timeout_seconds,
    )
    for prompt in verb.prompts:
        _WRITERS[type(prompt)](gather, prompt)
    response.append(gather)


def _connect_stream(response: Any, verb: verbs.ConnectStream) -> None:
    _check_stream_url(verb.url)
    connect = twiml.Connect()
    stream = connect.stream(url=verb.url)
    for name, value in verb.parameters.items():
        stream.parameter(name=name, value=value)
    response.append(connect)


def _check_stream_url(url: str) -> None:
    parts = urlsplit(url)
    # The address may carry a one-time token, so the sentences name the host only.
    if parts.scheme not in ("ws", "wss") or not parts.hostname:
        raise VerbRefused(f"stream address has scheme {parts.scheme!r}; it must be wss://host/...")
    if parts.scheme == "ws" and not _is_loopback(parts.hostname):
        raise VerbRefused(f"stream to {parts.hostname!r} is ws://; only wss:// leaves this machine")
    if "?" in url or "#" in url:
        raise VerbRefused(
            f"stream address on {parts.hostname!r} has a query; use <Parameter> or a path segment"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _start_recording(response: Any, verb: verbs.StartRecording) -> None:
    start = twiml.Start()
    start.recording(
        channels="dual",
        track="both",
        # Trimmed silence would shift the channels' clock against the call's own events.
        trim="do-not-trim",
        recording_status_callback=verb.callback,
        recording_status_callback_event="completed absent",
    )
    response.append(start)


def _enqueue(response: Any, verb: verbs.Enqueue) -> None:
    response.enqueue(verb.queue, action=verb.action, wait_url=verb.wait_url)


def _leave(response: Any, verb: verbs.Leave) -> None:
    response.leave()


def _dial_conference(response: Any, verb: verbs.DialConference) -> None:
    dial = twiml.Dial()
    dial.conference(
        verb.room,
        beep=verb.beep,
        start_conference_on_enter=verb.start_on_enter,
        end_conference_on_exit=verb.end_on_exit,
        wait_url=verb.wait_url,
        status_callback=verb.status_callback or None,
        status_callback_event="start end join leave" if verb.status_callback else None,
    )
    response.append(dial)


def _redirect(response: Any, verb: verbs.Redirect) -> None:
    response.redirect(verb.url)


def _hangup(response: Any, verb: verbs.Hangup) -> None:
    response.hangup()


def _reject(response: Any, verb: verbs.Reject) -> None:
    if verb.reason not in ("busy", "rejected"):
        raise VerbRefused(f"reject with reason {verb.reason!r}; it is busy or rejected")
    response.reject(reason=verb.reason)


_WRITERS: dict[type, Callable[[Any, Any], None]] = {
    verbs.Say: _say,
    verbs.Play: _play,
    verbs.Pause: _pause,
    verbs.Gather: _gather,
    verbs.ConnectStream: _connect_stream,
    verbs.StartRecording: _start_recording,
    verbs.Enqueue: _enqueue,
    verbs.Leave: _leave,
    verbs.DialConference: _dial_conference,
    verbs.Redirect: _redirect,
    verbs.Hangup: _hangup,
    verbs.Reject: _reject,
}
