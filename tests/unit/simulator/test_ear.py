import numpy as np

from audio import mulaw
from audio.frames import split_frames
from simulator.ear import Ear, VoiceRecall

SPEECH = mulaw.encode((8000 * np.sin(np.arange(160) / 3)).astype(np.int16))
HISS = mulaw.encode(np.random.default_rng(1).normal(0, 30, 160).astype(np.int16))


def listen(ear: Ear, frames: list[bytes], from_ms: int) -> int:
    for frame in frames:
        from_ms += 20
        ear.hear(frame, from_ms)
    return from_ms


def sentence(seed: int, seconds: float = 2.0) -> bytes:
    """Something with the loudness curve of speech: syllables of different strength."""
    random = np.random.default_rng(seed)
    strength = np.repeat(random.uniform(0, 6000, int(seconds * 8)), 1000)
    carrier = np.sin(np.arange(strength.size) / 3)
    return mulaw.encode((strength * carrier).astype(np.int16))


def test_hiss_is_not_voice() -> None:
    ear = Ear()
    now = listen(ear, [HISS] * 100, 0)
    assert not ear.is_voiced(now) and not ear.stretches


def test_a_pause_between_words_does_not_end_a_stretch_and_a_long_one_does() -> None:
    ear = Ear()
    now = listen(ear, [SPEECH] * 20 + [HISS] * 15 + [SPEECH] * 20, 0)
    assert len(ear.stretches) == 1
    listen(ear, [HISS] * 30 + [SPEECH] * 5, now)
    assert len(ear.stretches) == 2


def test_the_other_side_has_finished_after_the_quiet_time_only() -> None:
    ear = Ear()
    now = listen(ear, [SPEECH] * 30, 0)
    assert not ear.has_spoken_since(0, 700, now + 680)
    assert ear.has_spoken_since(0, 700, now + 700)


def test_the_tail_of_a_former_sentence_is_no_answer() -> None:
    ear = Ear()
    now = listen(ear, [SPEECH] * 30, 0)
    assert not ear.has_spoken_since(now - 100, 700, now + 2000)


def test_the_reply_is_the_stretch_that_begins_after_our_words() -> None:
    ear = Ear()
    now = listen(ear, [SPEECH] * 30, 0)
    listen(ear, [HISS] * 50 + [SPEECH] * 30, now)
    assert ear.first_voice_after(now) == now + 50 * 20
    assert ear.first_voice_after(now + 5000) is None


def test_an_interrupted_stretch_is_found_by_its_moment() -> None:
    ear = Ear()
    end = listen(ear, [SPEECH] * 50, 0)
    stretch = ear.stretch_at(300)
    assert stretch is not None and stretch.end_ms == end


def test_a_known_voice_is_recalled_through_an_offset_and_another_is_not() -> None:
    known, other = sentence(1), sentence(2)
    shifted = b"\xff" * 73 + known
    recall = VoiceRecall([known])
    assert not any(recall.hear(frame) for frame in split_frames(other))
    assert any(recall.hear(frame) for frame in split_frames(shifted))


def test_silence_for_ever_recalls_nobody() -> None:
    recall = VoiceRecall([sentence(1)])
    assert not any(recall.hear(mulaw.SILENCE) for _ in range(200))
