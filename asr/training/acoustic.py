"""The process that makes am/ and conf/ of a model: a request as JSON on standard input, progress
and the outcome as JSON lines on standard output.

Speech is rendered, a network is trained on it, recorded people are aligned by that network and
join for some passes more, and the result is written as libvosk reads it. Everything between is
kept in the request's folder: a run that was interrupted goes on where it stopped.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from asr.training.acoustic_network import AcousticNetwork, NetworkShape
from asr.training.errors import ToolMissing, TrainingError
from asr.training.features import MFCC_CONF
from asr.training.final_mdl import Scoring, final_mdl
from asr.training.labels import output_index
from asr.training.noises import babble_of
from asr.training.people import aligned_people
from asr.training.phone_sets import SILENCE, phone_set
from asr.training.recordings import read_recordings
from asr.training.render import CorpusPlan, render_corpus, whole_plan
from asr.training.speech_text import SpeechTexts, speech_texts
from asr.training.texts import load_text
from asr.training.training_blocks import Corpus, Recipe

SEED = 8000
_DEVELOPMENT_SHARE, _MOST_DEVELOPMENT = 0.1, 400
"""Utterances that only show how the training goes, beside those that are learned from."""
_BABBLE_UTTERANCES = 200
_CHUNK = 50
"""Decoded frames that are trained on at once: a second and a half."""
_PEOPLE_TIMES = 8
"""How often each recording of a person is in a pass beside the synthetic speech, each time with
other noise, pace and line; with 2 instead, fewer digits of speakers never heard are right.
"""
_PEOPLE_RATE = 4e-4
"""Highest rate of learning once people have joined."""
_PEOPLE_SHARE = {"en": 0.75, "zh": 0.6}
"""How far the weights go from those before people joined to those after: between the two, people
are heard nearly as well as at the far end and strange voices better (Wortsman and others, "Robust
fine-tuning of zero-shot models", CVPR 2022). The model card tells how the numbers were found.
"""

MODEL_CONF = f"""\
--min-active=200
--max-active=5000
--beam=14.0
--lattice-beam=7.0
--acoustic-scale=1.0
--frame-subsampling-factor=3
--endpoint.silence-phones={SILENCE}
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=0.75
--endpoint.rule4.min-trailing-silence=1.0
"""
"""conf/model.conf: the acoustic scale is part of the network's last layer."""

SCORING: Mapping[str, Scoring] = {
    "en": Scoring(scale=0.7, unknown_talk=1.8),
    "zh": Scoring(tone=0.3, scale=0.8, unknown_talk=1.05),
}
"""Found on development speech: sentences, voices and noise that are not the report's, together with
`asr.training.build.UNKNOWN_COST`. A nearer score of unknown talk takes false words away from talk
outside the domain, but right ones from voices that the model knows least; the model card has the
figures.
"""

Tell = Callable[[str, Mapping[str, float]], None]
"""Called with the name of a step and its numbers, of which `done` of `total` is the progress."""


@dataclass(frozen=True, slots=True)
class AcousticRequest:
    """What a model is made of."""

    language: str
    folder: str
    """Speech and the state of the training; kept."""
    target: str
    """Model folder in which am/ and conf/ are written."""
    sentences: Sequence[str]
    recorded: str = ""
    """A folder with manifest.csv, or none."""
    kept_out: Sequence[str] = ()
    """Recorded speakers (dataset/speaker) that only measure the model."""
    utterances: int = 0
    """Of synthetic speech; 0 for the bundled models' number."""
    passes: int = 8
    people_passes: int = 2
    workers: int = 1
    threads: int = 1


def make_acoustic_model(request: AcousticRequest, tell: Tell) -> None:
    """Do all of it; raises TrainingError."""
    folder = Path(request.folder)
    folder.mkdir(parents=True, exist_ok=True)
    learned, development = _recipes(request, folder, tell)
    network = _trained(request, learned, development, tell)
    write_acoustic_model(Path(request.target), request.language, network, SCORING[request.language])


def write_acoustic_model(
    target: Path, language: str, network: AcousticNetwork, scoring: Scoring
) -> None:
    """The folders am/ and conf/."""
    for name in ("am", "conf"):
        (target / name).mkdir(parents=True, exist_ok=True)
    (target / "am" / "final.mdl").write_bytes(final_mdl(network, phone_set(language), scoring))
    (target / "conf" / "mfcc.conf").write_text(MFCC_CONF)
    (target / "conf" / "model.conf").write_text(MODEL_CONF)


def _recipes(request: AcousticRequest, folder: Path, tell: Tell) -> tuple[Recipe, Recipe]:
    """Speech for training and, of another seed, for watching it."""
    texts = _texts(request)
    phones = phone_set(request.language)
    plan = whole_plan(texts)
    if request.utterances:
        plan = CorpusPlan(texts, request.utterances, non_speech=request.utterances // 20)

    def rendered(name: str, plan: CorpusPlan, seed: int) -> Corpus:
        def show(done: int, total: int) -> None:
            tell(name, {"done": done, "total": total})

        return render_corpus(request.language, folder / name, plan, seed, show, request.workers)

    speech = rendered("speech", plan, SEED)
    watched_count = min(_MOST_DEVELOPMENT, int(_DEVELOPMENT_SHARE * plan.total))
    watched = rendered("development", CorpusPlan(texts, watched_count), SEED + 1)
    recipe = Recipe(
        corpora=[speech],
        outputs=output_index(phones),
        shape=NetworkShape(len(phones.phones) + 1),
        babble=babble_of(speech[: min(_BABBLE_UTTERANCES, plan.espeak)], SEED),
        chunk=_CHUNK,
        seed=SEED,
    )
    return recipe, replace(recipe, corpora=[watched], seed=SEED + 1)


def _texts(request: AcousticRequest) -> SpeechTexts:
    text = load_text(request.language)
    sentences = [*request.sentences, *(one.text for one in text.sentences)]
    return speech_texts(request.language, sentences, text.words)


def _trained(
    request: AcousticRequest, learned: Recipe, development: Recipe, tell: Tell
) -> AcousticNetwork:
    """By synthetic speech, then with people's where there is any."""
    try:
        from asr.training.train import Training, TrainingPlan
    except ImportError as missing:
        raise ToolMissing(missing.name or "torch", "setup-acoustic") from None
    plan = TrainingPlan(request.passes, workers=request.workers, threads=request.threads)
    state = Path(request.folder) / "network.pt"
    network = Training(learned, development, plan, state).run(_listener(tell, "training"))
    if not request.recorded:
        return network
    recordings = read_recordings(Path(request.recorded), request.language, request.kept_out)
    people = list(aligned_people(recordings, network, learned.outputs))
    learned = replace(learned, corpora=[*learned.corpora, *[people] * _PEOPLE_TIMES])
    plan = replace(plan, passes=request.people_passes, rate=_PEOPLE_RATE)
    training = Training(learned, development, plan, state.with_name("people.pt"))
    training.start_from(state)
    training.run(_listener(tell, "people"))
    return training.network_towards(state, _PEOPLE_SHARE[request.language])


def _listener(tell: Tell, step: str) -> Callable[[Any], None]:
    """A listener of a training that tells its reports as this step."""
    return lambda report: tell(step, report.numbers())


def main() -> int:
    """Status 0 and {"step": "done"} as the last line, or 1 and {"problem": …}."""

    def tell(step: str, numbers: Mapping[str, float]) -> None:
        sys.stdout.write(json.dumps({"step": step, **numbers}) + "\n")
        sys.stdout.flush()

    try:
        make_acoustic_model(AcousticRequest(**json.load(sys.stdin)), tell)
    except (TrainingError, OSError, ValueError) as problem:
        sys.stdout.write(json.dumps({"problem": str(problem)}) + "\n")
        return 1
    tell("done", {})
    return 0


if __name__ == "__main__":
    sys.exit(main())
