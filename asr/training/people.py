"""Recorded people as training speech: a network trained before says when each sound is heard."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from asr.training.acoustic_network import AcousticNetwork, Matrix
from asr.training.alignment import Frames, align
from asr.training.features import FRAME_SECONDS, RATE, WINDOW_SECONDS, Features, mfcc
from asr.training.labels import STEP
from asr.training.speech import AlignedSpeech, RecordedSpeech

_PRIOR_POWER = 0.8
"""Without it silence, the commonest sound, would reach into the phones."""
_FRAMES = Frames(FRAME_SECONDS, (WINDOW_SECONDS - FRAME_SECONDS) / 2)
_WORST_SCORE = -4.0
"""Mean of ln p a frame; below it something else was said, or hardly anything is heard."""


def aligned_people(
    recordings: Iterable[RecordedSpeech], network: AcousticNetwork, outputs: Mapping[str, int]
) -> Iterator[AlignedSpeech]:
    """Those in which the network finds what they are said to hold."""
    for one in recordings:
        features = mfcc(one.samples)
        if not len(features):
            continue
        scores = scores_each_frame(network, features)
        length = one.samples.size / RATE
        found = align(scores, one.readings, outputs, _FRAMES, length)
        if found is not None and found.score > _WORST_SCORE:
            yield AlignedSpeech(one.samples, found.spans, one.voice)


def scores_each_frame(network: AcousticNetwork, features: Features) -> Matrix:
    """Three times as fine as the decoder's grid: a row each 10 ms, posteriors less priors."""
    scores: Matrix = np.empty((len(features), network.shape.outputs), np.float32)
    for shift in range(min(STEP, len(features))):
        scores[shift::STEP] = network.log_posteriors(features[shift:])
    scores -= np.float32(_PRIOR_POWER) * np.log(network.priors)
    return scores
