"""Makes emotion/acoustic_weights_free.json: weights set by hand, calm people from free speech.

    python bench/emotion_free_weights.py DATA

DATA holds `manifest.csv` (path, dataset, lang, speaker) of ordinary speech under a free licence;
ours were DSPSpeech-20's 20 Mandarin speakers (MIT). Nothing is fitted to any emotion.
"""

import csv
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from emotion.corpus import TRAINING, Clip, measure
from emotion.features import NAMES
from emotion.train import population_of
from emotion.weights import FREE, Weights, save_models

CUES = {"pitch": 0.6, "balance": 1.0, "swing": 0.3, "rate": 0.3}
"""Weight of one standard deviation between calm speakers."""


def main() -> None:
    folder = Path(sys.argv[1])
    rows = list(csv.DictReader((folder / "manifest.csv").open(encoding="utf-8")))
    clips = [
        Clip(folder / row["path"], row["dataset"], row["lang"], row["speaker"], "neutral")
        for row in rows
        if row["dataset"] == "dspspeech20"
    ]
    calm = population_of([m for m in measure(clips, TRAINING) if m.windows])
    places = [NAMES.index(name) for name in CUES]
    mean, between, within = (x[places].round(3) for x in (calm.mean, calm.between, calm.within))
    half = tuple(weight / 2 for weight in CUES.values())
    free = Weights(
        version="hand-2",
        about="Set by hand; calm people from DSPSpeech-20 (MIT): free for any use, and weak.",
        features=tuple(CUES),
        mean=tuple(mean.tolist()),
        between=tuple(between.tolist()),
        within=tuple(within.tolist()),
        scale=tuple(between.tolist()),
        limit=3.0,
        classes=("angry", "neutral"),
        arousal=(0.9, 0.15),
        coefficients=(half, tuple(-x for x in half)),
        bias=(-1.0, 1.0),
        anger_scale=1.0,
        anger_shift=0.0,
        alarm=0.3,
        strange=4.0,
    )
    save_models(FREE, [free])


if __name__ == "__main__":
    main()
