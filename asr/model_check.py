"""Whether a model can be used, found out in a child process: a broken one takes Vosk with it.

Run as a program it is that child: `python -m asr.model_check FOLDER LANGUAGE`.
"""

import json
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from asr.errors import AsrError, ModelBroken
from asr.model_files import check_model, takes_grammar

_DEADLINE_SECONDS = 180
"""The largest official model takes half a minute from a slow disk."""


@dataclass(frozen=True, slots=True)
class ModelHealth:
    """What a model that works is like."""

    load_seconds: float
    rate: int
    """Hz."""
    grammar: bool


def verify_model(folder: Path, language: str) -> ModelHealth:
    """Load it and let it hear a second of silence; raises ModelMissing or ModelBroken."""
    check_model(folder)
    command = [sys.executable, "-m", "asr.model_check", str(folder.absolute()), language]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_DEADLINE_SECONDS, cwd=_root()
        )
    except subprocess.TimeoutExpired:
        finding = f"it was not loaded within {_DEADLINE_SECONDS} s"
        raise ModelBroken(folder, finding) from None
    if done.returncode:
        raise ModelBroken(folder, _finding(done.returncode, done.stdout, done.stderr))
    return ModelHealth(**json.loads(done.stdout.splitlines()[-1]))


def _root() -> Path:
    """Where `asr` is imported from: the child must find it whatever the working folder is."""
    return Path(__file__).parents[1]


def _finding(status: int, output: str, noise: str) -> str:
    if output.strip():
        return output.strip().splitlines()[-1]
    last = next((line for line in reversed(noise.splitlines()) if line.strip()), "")
    if status < 0:
        return f"loading it ended with {signal.Signals(-status).name}"
    return f"loading it failed: {last or f'status {status}'}"


def _try(folder: Path, language: str) -> ModelHealth:
    from asr.vosk_recognizer import VoskModel

    began = time.perf_counter()
    model = VoskModel(folder, language)
    load_seconds = round(time.perf_counter() - began, 3)
    grammar = takes_grammar(folder)
    # with a grammar the model's own Gr.fst is not looked at, without one it is
    for recognizer in [model.open(), *([model.open(())] if grammar else [])]:
        recognizer.accept(np.zeros(8000, np.int16))
        recognizer.finish()
    return ModelHealth(load_seconds, model.rate, grammar)


def main(arguments: list[str]) -> int:
    """Status 0 and the health as JSON, or 1 and a sentence."""
    try:
        health = _try(Path(arguments[0]), arguments[1])
    except (AsrError, OSError, ValueError) as problem:
        sys.stdout.write(f"{problem}\n")
        return 1
    numbers = {name: getattr(health, name) for name in ModelHealth.__slots__}
    sys.stdout.write(json.dumps(numbers) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
