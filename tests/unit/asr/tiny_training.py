"""What the tests of training run in a process of its own: PyTorch must not meet vosk or kaldifst.

Three sounds, each a tone: `python tiny_training.py FOLDER` trains a tiny network to tell them and
writes what came of it as a line of JSON.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from asr.training.acoustic_network import NetworkShape, padded
from asr.training.errors import CheckpointOfAnotherRun
from asr.training.features import mfcc
from asr.training.noises import Babble
from asr.training.speech import SILENCE_NAME, AlignedSpeech, Span
from asr.training.training_blocks import Recipe

TONES = {"low": 350.0, "middle": 900.0, "high": 2200.0}
OUTPUTS = {SILENCE_NAME: 0, "low": 1, "middle": 2, "high": 3}
SHAPE = NetworkShape(len(OUTPUTS), width=48, narrow=16, blocks=2, reach=2)


def utterance(rng):
    said = rng.choice(list(TONES), 4)
    ends = np.cumsum(rng.uniform(0.1, 0.3, 4))
    spans = [
        Span(str(tone), float(start), float(end))
        for tone, start, end in zip(said, [0.0, *ends[:-1]], ends, strict=True)
    ]
    pieces = [
        np.sin(
            2 * np.pi * TONES[s.phone] * np.arange(int(s.start * 8000), int(s.end * 8000)) / 8000
        )
        for s in spans
    ]
    return AlignedSpeech((8000 * np.concatenate(pieces)).astype(np.int16), spans, "tones")


def recipe(seed, count):
    rng = np.random.default_rng(seed)
    noise = Babble([rng.normal(0, 1, 8000 * 40).astype(np.float32)])
    return Recipe([[utterance(rng) for _ in range(count)]], OUTPUTS, SHAPE, noise, 20, seed)


class Interrupted(Exception):
    pass


def interrupt(report):
    if report.right is not None:
        raise Interrupted


def main(folder):
    # here, for the workers import this file too
    import torch

    from asr.training.train import Training, TrainingPlan

    plan = TrainingPlan(passes=2, rate=5e-3, batch=8)
    learned, watched = recipe(1, 350), recipe(2, 40)
    reports = []
    whole = Training(learned, watched, plan, folder / "whole.pt")
    network = whole.run(reports.append)
    broken = Training(learned, watched, plan, folder / "broken.pt")
    try:
        broken.run(interrupt)
    except Interrupted:
        again = Training(learned, watched, plan, folder / "broken.pt").run(lambda _: None)
    try:
        Training(learned, watched, replace(plan, passes=5), folder / "whole.pt")
        refused = ""
    except CheckpointOfAnotherRun as problem:
        refused = str(problem)
    features = mfcc(utterance(np.random.default_rng(3)).samples)
    steps = -(-len(features) // 3)
    with torch.no_grad():
        frames = torch.from_numpy(padded(features, SHAPE, steps))[None]
        scores = whole._network(frames)[0]
    folded = network.log_posteriors(features)
    further = Training(learned, watched, replace(plan, passes=1), folder / "further.pt")
    further.start_from(folder / "whole.pt")
    end = further.run(lambda _: None).log_posteriors(features)
    between = [
        further.network_towards(folder / "whole.pt", share).log_posteriors(features)
        for share in (0.0, 0.5, 1.0)
    ]
    print(
        json.dumps(
            {
                "right": [report.right for report in reports if report.right is not None],
                "done": [report.done for report in reports],
                "folding": float(np.abs(scores.log_softmax(-1).numpy() - folded).max()),
                "resuming": float(np.abs(again.log_posteriors(features) - folded).max()),
                "refused": refused,
                "from_start": [float(np.abs(one - folded).max()) for one in between],
                "from_end": [float(np.abs(one - end).max()) for one in between],
                "priors": network.priors.tolist(),
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
