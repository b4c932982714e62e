"""What a jump of gain within a sentence and a second voice do to the fused score; voice alone.

    python -m bench.emotion_hard_sound DATA [CALLS]

DATA is the folder of `make emotion-report`. The shipped weights have heard these speakers: the
figures are about steadiness, not about being right. CALLS (all of them) bounds the time taken.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.emotion_protocol import _quiet, calm_clips
from emotion.acoustic import AcousticScorer
from emotion.corpus import TELEPHONE, Clip, Pcm, read_clip, read_manifest, through
from emotion.fusion import EmotionScorer, EmotionState
from emotion.lexical import LexicalScorer
from emotion.weights import FREE, SHIPPED

WEIGHTS = {"trained": SHIPPED, "free": FREE}
CLIPS, CALM = 4, 5
JUMPS = tuple(product((0, CLIPS - 1), (0.3, 0.5, 0.7)))
"""Which clip after the calm ones, and where in it."""
PAIRS = tuple(product(("angry", "neutral"), repeat=2))
MIXES, MIX_SECONDS, PARTS = 6, 12, 3


def main() -> None:
    clips = read_manifest(Path(sys.argv[1]))
    most = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    for name, path in WEIGHTS.items():
        scorer = EmotionScorer(AcousticScorer.load(path), LexicalScorer({}))
        for gain in (12.0, -12.0):
            print(f"{name}, {gain:+.0f} dB: {_told(_moves(scorer, clips, gain, most))}")
        scores = list(_mixed(scorer, clips))
        levels = [level for _, level in scores]
        print(f"{name}, two voices: {len(scores)} mixes, largest score "
              f"{max(score for score, _ in scores):.2f}, largest level {max(levels)}")  # fmt: skip


def _told(moves: list[float]) -> str:
    within = np.mean(np.array(moves) <= 0.02)
    return f"{len(moves)} jumps, {within:.1%} within 0.02, largest {max(moves):.3f}"


def _moves(scorer: EmotionScorer, clips: list[Clip], gain: float, most: int) -> list[float]:
    """For each jump the largest move of any reading from there on."""
    moves = []
    for language, calm, upset in list(_calls(clips))[:most]:
        rng = np.random.default_rng(5)
        sounds = [through(_quiet(read_clip(clip.path)), TELEPHONE, rng) for clip in (*calm, *upset)]
        rest, _ = _scores(scorer, EmotionState(), sounds[:CALM], language, 1)
        _, plain = _scores(scorer, rest, sounds[CALM:], language, CALM + 1)
        for clip, share in JUMPS:
            jumped = _jumped(sounds[CALM:], clip, share, gain)
            _, scores = _scores(scorer, rest, jumped, language, CALM + 1)
            moves.append(float(np.abs(scores - plain)[clip:].max()))
    return moves


def _calls(clips: list[Clip]) -> Iterator[tuple[str, list[Clip], list[Clip]]]:
    """Five calm clips of a speaker, then four of one emotion."""
    calm, groups = calm_clips(clips), defaultdict(list)
    for clip in clips:
        if clip not in calm[clip.speaker]:
            groups[(clip.language, clip.speaker, clip.emotion)].append(clip)
    for (language, speaker, _), group in sorted(groups.items()):
        if len(group) >= CLIPS:
            yield language, calm[speaker], group[:CLIPS]


def _jumped(sounds: list[Pcm], clip: int, share: float, gain: float) -> list[Pcm]:
    out = []
    for number, pcm in enumerate(sounds):
        start = {-1: len(pcm), 0: int(len(pcm) * share), 1: 0}[int(np.sign(number - clip))]
        louder = pcm.astype(np.float64)
        louder[start:] *= 10 ** (gain / 20)
        out.append(np.clip(louder, -32768, 32767).astype(np.int16))
    return out


def _scores(
    scorer: EmotionScorer, state: EmotionState, sounds: list[Pcm], language: str, number: int
) -> tuple[EmotionState, NDArray[np.float64]]:
    """The fused score after each of these utterances, four seconds apart."""
    scores = []
    for at, pcm in enumerate(sounds, number):
        heard = scorer.hear(state, pcm, "", language, 4000 * at)
        state = heard.state
        scores.append(heard.reading.score)
    return state, np.array(scores)


def _mixed(scorer: EmotionScorer, clips: list[Clip]) -> Iterator[tuple[float, int]]:
    """Score and level after two speakers talked at once."""
    for language in sorted({clip.language for clip in clips}):
        speakers = sorted({clip.speaker for clip in clips if clip.language == language})
        for moods, number in product(PAIRS, range(MIXES)):
            two = [speakers[(number + step) % len(speakers)] for step in (0, 1)]
            said = [_talk(clips, *one) for one in zip(two, moods, strict=True)]
            length = min(*map(len, said), MIX_SECONDS * 8000)
            mixed = ((said[0][:length] + said[1][:length]) / 2).astype(np.int16)
            line = through(mixed, TELEPHONE, np.random.default_rng(1))
            state, scores = _scores(
                scorer, EmotionState(), np.array_split(line, PARTS), language, 1
            )
            yield float(scores[-1]), state.level


def _talk(clips: list[Clip], speaker: str, emotion: str) -> NDArray[np.float64]:
    mine = [clip for clip in clips if (clip.speaker, clip.emotion) == (speaker, emotion)]
    sound = np.concatenate([read_clip(clip.path) for clip in mine[:MIXES]]).astype(np.float64)
    return sound / np.abs(sound).max() * 12_000


if __name__ == "__main__":
    main()
