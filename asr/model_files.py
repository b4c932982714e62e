"""Where speech models live, and whether a folder is one."""

from pathlib import Path

from asr.errors import ModelMissing

_NEEDED = ("am/final.mdl", "conf/model.conf")
_FEATURES = ("conf/mfcc.conf", "conf/fbank.conf")
_GRAPHS = (("graph/HCLr.fst", "graph/Gr.fst"), ("graph/HCLG.fst",))
_KALDI_RATE = 16000
"""Sampling rate where the feature file names none (Kaldi's own default)."""


def default_models() -> dict[str, Path]:
    """The bundled model folders by language; see models/README.md for what they can hear."""
    home = Path(__file__).parent / "models"
    return {"zh": home / "zh", "en": home / "en"}


def check_model(folder: Path) -> None:
    """Raise ModelMissing, naming every absent or empty file at once."""
    if not folder.is_dir():
        raise ModelMissing(folder, ())
    missing = [name for name in _NEEDED if not _has(folder, name)]
    if not any(_has(folder, name) for name in _FEATURES):
        missing.append(" or ".join(_FEATURES))
    if not any(all(_has(folder, name) for name in graph) for graph in _GRAPHS):
        missing.append(" or ".join(" with ".join(graph) for graph in _GRAPHS))
    if missing:
        raise ModelMissing(folder, tuple(missing))


def takes_grammar(folder: Path) -> bool:
    """Whether words can be chosen at run time: only with the two-part graph."""
    return all(_has(folder, name) for name in _GRAPHS[0])


def sampling_rate(folder: Path) -> int:
    """Sampling rate in Hz that the model's features expect."""
    for name in _FEATURES:
        if not _has(folder, name):
            continue
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            key, _, value = line.strip().partition("=")
            if key == "--sample-frequency":
                return int(float(value))
    return _KALDI_RATE


def _has(folder: Path, name: str) -> bool:
    path = folder / name
    return path.is_file() and path.stat().st_size > 0
