"""Fits the acoustic model: one recipe, declared before anything was evaluated; never imported live.

A multinomial logistic regression on functionals against the caller's calm voice. Every clip is
seen with no calm clip of its speaker, with two and with six, so that one model serves a call from
its first word on; its anger is calibrated on speakers that the fit has not heard.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotion.calibration import calibrate
from emotion.corpus import Clip, Measured
from emotion.errors import CorpusInvalid
from emotion.features import NAMES
from emotion.population import Population
from emotion.weights import Weights

Numbers = NDArray[np.float64]
Names = NDArray[np.str_]

CALM_CLIPS = (0, 2, 6)
"""How many calm clips of the speaker an example is measured against."""
STRENGTH = 0.003
"""Inverse of the ridge; chosen with the model family on RAVDESS actors 1-9, see MODEL_CARD.md."""
LIMIT = 4.0
FOLDS = 4
FEWEST_ANGRY, FEWEST_CALM, FEWEST_SPEAKERS = 10, 10, 2
_STRANGE_MARGIN = 1.2
_SEED = 7
AROUSAL = {
    "angry": 0.9, "happy": 0.75, "neutral": 0.25, "sad": 0.2, "fear": 0.85, "surprise": 0.8,
    "disgust": 0.5, "calm": 0.15,
}  # fmt: skip
"""Places on the circumplex of affect (Russell 1980), rounded."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Rows for a fit."""

    inputs: Numbers
    labels: Names
    speakers: Names


@dataclass(frozen=True, slots=True)
class Weighed:
    """What weights say of themselves."""

    version: str
    about: str
    languages: tuple[str, ...] = ()


def fit_languages(measured: Sequence[Measured], *, version: str, about: str) -> tuple[Weights, ...]:
    """A model for each language, that with the most clips first; `calibrate` them afterwards.

    One model for both was declared first and was worse for both: moods sound different where tones
    belong to the words. How far calm speakers lie apart is still taken from all of them.
    """
    count = Counter(m.clip.language for m in measured)
    return tuple(
        _fitted(
            [m for m in measured if m.clip.language == language],
            Weighed(version, about, (language,)),
            measured,
        )[0]
        for language, _ in count.most_common()
    )


def fit(measured: Sequence[Measured], *, version: str, about: str) -> Weights:
    """Calibrated weights of these clips; raises CorpusInvalid when there are too few of them."""
    weights, examples = _fitted(measured, Weighed(version, about))
    return calibrate(_out_of_fold(examples), examples.labels == "angry").of(weights)


def _fitted(
    measured: Sequence[Measured], name: Weighed, everyone: Sequence[Measured] = ()
) -> tuple[Weights, Examples]:
    """Weights without calibration, and what they were fitted on.

    `everyone`: these and further speakers, who help to know how far people lie apart and that a
    voice is a voice; three speakers alone would make every stranger strange.
    """
    heard = [m for m in measured if m.windows]
    _check([m.clip for m in heard])
    others = [m for m in everyone if m.windows]
    population = population_of(heard, others)
    examples = make_examples(heard, population, np.random.default_rng(_SEED))
    model = _regression().fit(examples.inputs, examples.labels)
    classes = tuple(str(label) for label in model.classes_)
    coefficients, bias = _rows(model)
    weights = Weights(
        version=name.version,
        about=name.about,
        features=NAMES,
        mean=_rounded(population.mean),
        between=_rounded(population.between),
        within=_rounded(population.within),
        scale=_rounded(population.scale),
        limit=LIMIT,
        classes=classes,
        arousal=tuple(AROUSAL[label] for label in classes),
        coefficients=tuple(_rounded(row) for row in coefficients),
        bias=_rounded(bias),
        anger_scale=1.0,
        anger_shift=0.0,
        alarm=0.5,
        strange=round(_strange(others or heard, population), 3),
        languages=name.languages,
    )
    return weights, examples


def population_of(measured: Sequence[Measured], everyone: Sequence[Measured] = ()) -> Population:
    """Means and spreads of features over these clips; see `Population`."""
    mine = _calm_speakers(measured)
    spread = _calm_speakers(everyone) if everyone else mine
    means = {key: speaker.mean(axis=0) for key, speaker in spread.items()}
    centres = {
        corpus: np.mean([mean for (of, _), mean in means.items() if of == corpus], axis=0)
        for corpus in {corpus for corpus, _ in means}
    }
    apart = np.array([mean - centres[corpus] for (corpus, _), mean in means.items()])
    scale = np.concatenate([_values(m) for m in measured]).std(axis=0) + 1e-3
    return Population(
        mean=np.mean([speaker.mean(axis=0) for speaker in mine.values()], axis=0),
        between=np.maximum(np.sqrt(np.mean(apart**2, axis=0)), 0.05 * scale),
        within=np.sqrt(np.mean([s.var(axis=0) for s in spread.values()], axis=0)) + 1e-3,
        scale=scale,
        limit=LIMIT,
    )


def _calm_speakers(measured: Sequence[Measured]) -> dict[tuple[str, str], Numbers]:
    calm: dict[tuple[str, str], list[Numbers]] = defaultdict(list)
    for m in measured:
        if m.clip.is_calm:
            calm[(m.clip.corpus, m.clip.speaker)].append(_values(m))
    return {key: np.concatenate(parts) for key, parts in calm.items()}


def make_examples(
    measured: Sequence[Measured], population: Population, rng: np.random.Generator
) -> Examples:
    """Every window against several amounts of its speaker's calm voice, never against itself."""
    calm: dict[str, list[Measured]] = defaultdict(list)
    for m in measured:
        if m.clip.is_calm:
            calm[m.clip.speaker].append(m)
    inputs, labels, speakers = [], [], []
    for m in measured:
        others = [c for c in calm[m.clip.speaker] if c.clip.path != m.clip.path]
        for wanted in CALM_CLIPS:
            reference = _reference(others, wanted, population, rng)
            inputs.append(population.inputs(_values(m), reference))
            labels += [m.clip.label] * len(m.windows)
            speakers += [m.clip.speaker] * len(m.windows)
    return Examples(np.concatenate(inputs), np.array(labels), np.array(speakers))


def _reference(
    others: list[Measured], wanted: int, population: Population, rng: np.random.Generator
) -> Numbers:
    count = min(wanted, len(others))
    if count == 0:
        return population.mean
    chosen = [others[i] for i in rng.choice(len(others), count, replace=False)]
    windows = [window for m in chosen for window in m.windows]
    seconds = np.array([window.voiced_seconds for window in windows])
    values = np.array([window.values for window in windows])
    return population.reference(seconds @ values / seconds.sum(), float(seconds.sum()))


def _regression() -> Any:  # scikit-learn has no types
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=STRENGTH, max_iter=500, class_weight="balanced")


def anger_ranking(measured: Sequence[Measured]) -> float:
    """AUC of anger against the rest on speakers outside each fold's fit."""
    from sklearn.metrics import roc_auc_score

    heard = [m for m in measured if m.windows]
    examples = make_examples(heard, population_of(heard), np.random.default_rng(_SEED))
    return float(roc_auc_score(examples.labels == "angry", _out_of_fold(examples)))


def _out_of_fold(examples: Examples) -> Numbers:
    """Logit of anger by models that have not heard the speaker."""
    from sklearn.model_selection import GroupKFold

    folds = GroupKFold(min(FOLDS, len(set(examples.speakers))))
    logits = np.zeros(len(examples.labels))
    for known, strange in folds.split(examples.inputs, groups=examples.speakers):
        if len(set(examples.labels[known])) < 2 or "angry" not in examples.labels[known]:
            continue  # all the anger is this one speaker's: nothing to learn from the others
        model = _regression().fit(examples.inputs[known], examples.labels[known])
        place = list(model.classes_).index("angry")
        chance = np.clip(model.predict_proba(examples.inputs[strange])[:, place], 1e-6, 1 - 1e-6)
        logits[strange] = np.log(chance / (1.0 - chance))
    return logits


def _rows(model: Any) -> tuple[Numbers, Numbers]:
    """A row for each class, also where there are only two and scikit-learn keeps one."""
    if len(model.classes_) == 2:
        return np.vstack([-model.coef_ / 2, model.coef_ / 2]), np.array(
            [-model.intercept_[0] / 2, model.intercept_[0] / 2]
        )
    return model.coef_, model.intercept_


def _strange(measured: Sequence[Measured], population: Population) -> float:
    """A fifth above what all but one in a thousand windows of the training reach."""
    far = [population.strangeness(values) for m in measured for values in _values(m)]
    return float(np.quantile(far, 0.999)) * _STRANGE_MARGIN


def _values(measured: Measured) -> Numbers:
    return np.array([window.values for window in measured.windows])


def _rounded(values: Numbers) -> tuple[float, ...]:
    return tuple(np.round(values, 5).tolist())


def _check(clips: Sequence[Clip]) -> None:
    path = Path(clips[0].path.parent if clips else ".")
    angry, calm = sum(clip.label == "angry" for clip in clips), sum(c.is_calm for c in clips)
    speakers = {clip.speaker for clip in clips}
    problems = []
    if angry < FEWEST_ANGRY:
        problems.append(f"{angry} angry recordings with voice; {FEWEST_ANGRY} needed")
    if calm < FEWEST_CALM:
        problems.append(f"{calm} neutral or calm recordings with voice; {FEWEST_CALM} needed")
    if len(speakers) < FEWEST_SPEAKERS:
        problems.append(f"{len(speakers)} speaker(s); {FEWEST_SPEAKERS} needed to try it on others")
    if problems:
        raise CorpusInvalid(path, problems)
