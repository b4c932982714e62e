"""Verbs that are heard: Say, Play, Pause, and Gather that listens for keys meanwhile."""

import asyncio
from collections.abc import Sequence

import numpy as np

from audio.errors import SoundUnreadable
from audio.frames import RATE
from audio.mulaw import encode
from audio.resample import resample
from audio.wav import read_wav
from simulator.errors import WebhookFailed
from simulator.player import Player, Step
from simulator.sound import Playback, key_tones, silence
from simulator.twiml import Node

_ENDLESS = 1000
"""loop=0 means for ever; Twilio's own ceiling is 1000."""
_RAW = frozenset({"audio/basic", "audio/x-mulaw", "audio/mulaw", "audio/PCMU", "audio/ulaw"})


async def play_sound(player: Player, sound: bytes) -> None:
    """Let the party hear mu-law to its end."""
    playback = Playback(sound)
    with player.leg.hearing(playback):
        await playback.done.wait()


async def play_say(player: Player, node: Node) -> Step:
    """`<Say>`: the exchange has no voice of its own; its `say` hook speaks."""
    language = node.get("language", "en-US")
    player.exchange.journal.add("said", player.leg.sid, text=node.text, language=language)
    sound = await player.exchange.say(node.text, language)
    for _ in range(node.number("loop", 1) or _ENDLESS):
        await play_sound(player, sound)
    return None


async def play_play(player: Player, node: Node) -> Step:
    """`<Play>`: a WAV or mu-law file over HTTP, or keys as tones."""
    if "digits" in node.attributes:
        sound = key_tones(node.get("digits").upper())
    else:
        sound = await _fetch_sound(player, player.document.resolve(node.text))
    player.exchange.journal.add("played", player.leg.sid, url=node.text, bytes=len(sound))
    for _ in range(node.number("loop", 1) or _ENDLESS):
        await play_sound(player, sound)
    return None


async def play_pause(player: Player, node: Node) -> Step:
    """`<Pause>`: silence on an answered line, ringing on an unanswered one."""
    seconds = node.number("length", 1)
    if player.leg.live:
        await play_sound(player, silence(seconds))
    else:
        await player.leg.clock.sleep(seconds)
    return None


async def play_gather(player: Player, node: Node) -> Step:
    """`<Gather>`: prompts until a key is pressed, then keys until enough, `#`, or silence."""
    digits, finished_by = await _gather(player, node)
    player.exchange.journal.add("gathered", player.leg.sid, digits=digits)
    if not digits and not finished_by and not node.flag("actionOnEmptyResult", False):
        return None
    extra = {"Digits": digits}
    if finished_by:
        extra["FinishedOnKey"] = finished_by
    return await player.fetch(node.get("action"), node.get("method", "POST"), extra)


async def _gather(player: Player, node: Node) -> tuple[str, str]:
    pressed: asyncio.Queue[str] = asyncio.Queue()
    finish, enough = node.get("finishOnKey", "#"), node.number("numDigits", 100)
    seconds = node.number("timeout", 5)
    digits = ""
    with player.leg.keys_to(pressed.put_nowait):
        key = await _first_key(player, node.children, pressed, seconds)
        while key:
            if key in finish:
                return digits, key
            digits += key
            if len(digits) >= enough:
                break
            key = await _next_key(player, pressed, seconds)
    return digits, ""


async def _first_key(
    player: Player, prompts: Sequence[Node], pressed: asyncio.Queue[str], seconds: float
) -> str:
    """A key pressed during the prompts (which it stops) or in the silence after them."""
    loop = asyncio.get_running_loop()
    speaking = loop.create_task(_speak_all(player, prompts))
    first = loop.create_task(pressed.get())
    try:
        await asyncio.wait({speaking, first}, return_when=asyncio.FIRST_COMPLETED)
        if first.done():
            return first.result()
        speaking.result()
    finally:
        for task in (speaking, first):
            task.cancel()
        await asyncio.gather(speaking, first, return_exceptions=True)
    return await _next_key(player, pressed, seconds)


async def _next_key(player: Player, pressed: asyncio.Queue[str], seconds: float) -> str:
    try:
        return await asyncio.wait_for(pressed.get(), player.leg.clock.real(seconds))
    except TimeoutError:
        return ""


async def _speak_all(player: Player, prompts: Sequence[Node]) -> None:
    for prompt in prompts:
        await player.exchange.verbs[prompt.name](player, prompt)


async def _fetch_sound(player: Player, url: str) -> bytes:
    kind, data = await player.exchange.webhooks.fetch(url)
    if kind in _RAW or url.endswith((".ulaw", ".ul", ".mulaw")):
        return data
    try:
        samples, rate = read_wav(data)
    except SoundUnreadable as error:
        raise WebhookFailed(12300, f"{url} ({kind}) cannot be played: {error}") from error
    mono = samples.mean(axis=0).astype(np.int16) if len(samples) > 1 else samples[0]
    return encode(mono if rate == RATE else resample(mono, rate, RATE))
