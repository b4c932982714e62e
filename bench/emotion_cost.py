"""What hearing costs a live call: import time and processor time a second of speech."""

import subprocess
import sys
import time

import numpy as np

from emotion.acoustic import AcousticScorer
from emotion.fusion import EmotionScorer, EmotionState
from emotion.lexical import LexicalScorer

_RATE = 8000


def cost_lines() -> list[str]:
    """Markdown; the caller is taken to speak all the time, which no caller does."""
    share, worst_ms = hearing()
    return [
        f"- Import of the live path beside numpy: {import_seconds():.2f} s of processor time",
        f"- Processor time: {share:.2%} of one core while the caller speaks; "
        f"an utterance of 4 s takes {worst_ms:.0f} ms",
        "",
    ]


def hearing(utterances: int = 15) -> tuple[float, float]:
    """Processor seconds a second of speech, and the median milliseconds of a 4 s utterance."""
    scorer = EmotionScorer(AcousticScorer.load(), LexicalScorer.load())
    t = np.arange(4 * _RATE) / _RATE
    pitch = 2 * np.pi * np.cumsum(150 + 20 * np.sin(2 * np.pi * 0.7 * t)) / _RATE
    wave = sum(np.sin(n * pitch) / n for n in range(2, 20))
    pcm = (3000 * wave * (0.55 - 0.45 * np.cos(2 * np.pi * 4 * t))).astype(np.int16)
    state, took = EmotionState(), []
    for number in range(utterances):
        before = time.process_time()
        state = scorer.hear(state, pcm, "我的快递怎么还没有到", "zh", 5000 * number).state
        took.append(time.process_time() - before)
    median = float(np.median(took))
    return median / 4.0, 1000.0 * median


def import_seconds(tries: int = 5) -> float:
    """Processor time, least of some tries; the media process has numpy already for its frames."""
    code = (
        "import numpy, time; t = time.process_time(); "
        "import emotion.fusion, emotion.acoustic; emotion.acoustic.AcousticScorer.load(); "
        "print(time.process_time() - t)"
    )
    runs = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(tries)
    ]
    return min(runs)
