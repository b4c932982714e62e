"""`hotline models`: which speech model listens, fetching official ones, building our own anew."""

import os
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from ops.cli_ground import Failed, dump
from ops.model_choices import LANGUAGES

LANGUAGE = click.Choice(LANGUAGES)
BUNDLED = "bundled"
_MISSING_SHOWN = 12


@click.group()
def models() -> None:
    """Speech models: list, use, fetch, verify, remove, build, train."""


@models.command("list", epilog="Example: hotline models list --json")
@click.option("--json", "as_json", is_flag=True)
def list_models(as_json: bool) -> None:
    """Models that are here and models that can be fetched; * marks those in use."""
    rows = guarded(lambda: [*_here(), *_to_fetch()])
    if as_json:
        click.echo(dump(rows))
        return
    for row in rows:
        mark = "*" if row["in_use"] else " "
        megabytes = f"{row['megabytes']:.0f} MB"
        state = "here" if row["here"] else "to fetch"
        click.echo(
            f"{mark} {row['language']}  {row['name']:<30} {megabytes:>8}  {state:<9}"
            f"{row['licence']}"
        )


@models.command(epilog="Example: hotline models fetch zh --size small")
@click.argument("model")
@click.option("--size", type=click.Choice(["small", "medium", "large"]), default=None)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--sha256", default=None, help="The archive's checksum, where the list has none.")
@click.option("--unchecked", is_flag=True, help="Take whatever the address sends.")
def fetch(model: str, size: str | None, yes: bool, sha256: str | None, unchecked: bool) -> None:
    """Download an official model by its name or language, check it and unpack it."""
    from asr.catalogue import checked, find_model
    from asr.model_fetch import fetch_model

    wanted = guarded(lambda: find_model(_catalogue(), model, size))
    if sha256 or not unchecked:
        wanted = guarded(partial(checked, wanted, sha256))
    folder = _folder() / wanted.name
    if folder.is_dir():
        click.echo(f"{wanted.name} is here already: {folder}")
        return
    click.echo(
        f"{wanted.name}: {wanted.language}, {wanted.megabytes:g} MB to download,"
        f" {wanted.unpacked:g} MB on disk, licence {wanted.licence}\n{wanted.address}"
    )
    if wanted.note:
        click.echo(wanted.note)
    if not wanted.grammar:
        click.echo("this model has a fixed graph: it takes no word lists at run time")
    if not (yes or not sys.stdin.isatty() or click.confirm("download it?", default=True)):
        return
    bar = _Bar()
    try:
        fetched = guarded(lambda: fetch_model(wanted, _folder(), bar.show))
    finally:
        bar.end()
    click.echo(f"{fetched}\nto let it listen: hotline models use {wanted.language} {wanted.name}")


@models.command(epilog="Example: hotline models use zh vosk-model-small-cn-0.22")
@click.argument("language", type=LANGUAGE)
@click.argument("model")
def use(language: str, model: str) -> None:
    """Let a model listen to a language: a fetched one's name, a folder, or `bundled`."""
    from asr.model_check import verify_model
    from ops.model_choices import overrides, write_choice

    chosen = None if model == BUNDLED else _located(model)
    if chosen is not None:
        guarded(lambda: verify_model(chosen, language))
    guarded(lambda: write_choice(_folder(), language, chosen))
    click.echo(f"{language}: {model}; restart the media process and the worker")
    if language in overrides(os.environ):
        click.echo(
            f"HOTLINE_ASR_MODEL_{language.upper()} is set and wins over this choice", err=True
        )
    _report_missing(chosen or _bundled()[language], language)


@models.command(
    epilog="Example: hotline models verify, or: verify vosk-model-small-cn-0.22 --lang zh"
)
@click.argument("model", required=False)
@click.option("--lang", type=LANGUAGE, default="zh", show_default=True)
@click.option("--json", "as_json", is_flag=True)
def verify(model: str | None, lang: str, as_json: bool) -> None:
    """Load a model (without a name: those in use) in a child process and say what is wrong."""
    from asr.model_check import verify_model

    folders = {lang: _located(model)} if model else guarded(_in_use)
    results = {}
    for language, folder in folders.items():
        health = guarded(partial(verify_model, folder, language))
        results[language] = {
            "folder": str(folder), "load_seconds": health.load_seconds, "rate": health.rate,
            "grammar": health.grammar, "missing_words": _missing(folder, language),
        }  # fmt: skip
        if not as_json:
            kind = "takes grammars" if health.grammar else "takes no grammars (fixed graph)"
            click.echo(
                f"{language}: {folder} loads in {health.load_seconds} s, {health.rate} Hz, {kind}"
            )
            _report_missing(folder, language)
    if as_json:
        click.echo(dump(results))


@models.command(epilog="Example: hotline models compare --json")
@click.option("--json", "as_json", is_flag=True)
def compare(as_json: bool) -> None:
    """Measure how the two models in use tell languages apart, for numbers that are `heard`."""
    from dialogue.nlu.examples import load_examples
    from ops.language_contrast import SENTENCES, keep_contrast, measure_contrast
    from ops.model_choices import chosen_models

    chosen = guarded(lambda: chosen_models(os.environ))
    sentences = {}
    for language in LANGUAGES:
        texts = sorted({example.text for example in guarded(partial(load_examples, language))})
        sentences[language] = texts[:: len(texts) // SENTENCES]
    contrast = guarded(
        lambda: measure_contrast(chosen, sentences, lambda line: click.echo(line, err=True))
    )
    if chosen:  # the bundled pair's own measure is the better one, and stays
        guarded(lambda: keep_contrast(chosen, _folder(), contrast))
    click.echo(dump(contrast.as_json()) if as_json else f"measured: {contrast}")


@models.command(epilog="Example: hotline models remove vosk-model-small-cn-0.22")
@click.argument("model")
def remove(model: str) -> None:
    """Delete a fetched or built model that is not in use."""
    folder = _folder() / model
    if not _is_inside(folder) or not folder.is_dir():
        raise Failed(f"there is no model {model!r} in {_folder()}; see: hotline models list")
    used = [la for la, path in guarded(_in_use).items() if path.resolve() == folder.resolve()]
    if used:
        raise Failed(f"{model} listens to {used[0]}; first: hotline models use {used[0]} {BUNDLED}")
    guarded(lambda: shutil.rmtree(folder))
    click.echo(f"removed {folder}")


@models.command(epilog="Example: hotline models build --graph-only --words words.txt --lang zh")
@click.option("--lang", type=LANGUAGE, required=True)
@click.option(
    "--words",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A word or phrase a line; after a tab how it is said: pinyin, or an English respelling.",
)
@click.option("--graph-only", is_flag=True, help="Keep the acoustic model (nothing else is built).")
@click.option("--whole", is_flag=True, help="Make the bundled vocabulary anew, from all own texts.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Model folder.")
def build(lang: str, words: Path | None, graph_only: bool, whole: bool, out: Path | None) -> None:
    """Teach the bundled model your product and place names: a new graph in under a minute."""
    from asr.training.builder import BuildRequest, build_model
    from asr.training.vocabulary import read_word_list
    from ops.model_text import own_sentences

    if whole == bool(words):
        raise click.UsageError("give --words FILE with the words to add, or --whole")
    if words and not graph_only:
        raise click.UsageError("words are added to the graph alone: add --graph-only")
    added = guarded(lambda: read_word_list(words.read_text(encoding="utf-8"))) if words else []
    target = out or _folder() / f"{lang}-own"
    request = BuildRequest(lang, _bundled()[lang], own_sentences(lang), added, whole)
    sizes = guarded(lambda: build_model(request, target))
    click.echo(
        f"{target}: {sizes['words']} words, {sizes['pronunciations']} pronunciations,"
        f" {sizes['states']} states"
    )
    if not whole:
        click.echo(f"to let it listen: hotline models use {lang} {_shown_name(target)}")


@models.command(epilog="Example: hotline models train --lang en --out asr/models/en")
@click.option("--lang", type=LANGUAGE, required=True)
@click.option(
    "--recorded",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of people's recordings to learn from too: manifest.csv and sounds.",
)
@click.option(
    "--leave-out",
    multiple=True,
    metavar="DATASET/SPEAKER",
    help="A recorded speaker to measure the model by; may be said several times.",
)
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where speech and state are kept, so that an interrupted training goes on.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 16),
    default=lambda: min(16, os.cpu_count() or 1),
    show_default="one for each core",
    help="Processes that make speech; their number does not change the model.",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Model folder.")
def train(
    lang: str, recorded: Path | None, leave_out: tuple[str, ...], work: Path | None,
    workers: int, out: Path | None,
) -> None:  # fmt: skip
    """Make a model from nothing: synthesized speech, a network trained on it, a new graph."""
    from rich.console import Console

    from ops.model_training import ModelTraining, train_model

    target = out or _folder() / f"{lang}-trained"
    kept = work or _folder().parent / "training" / lang
    training = ModelTraining(lang, kept, target, recorded, leave_out, workers)
    sizes = guarded(lambda: train_model(training, Console(stderr=True)))
    click.echo(f"{target}: {sizes['words']} words, {sizes['states']} states")


class _Bar:
    """Progress on standard error, a line that is written over; nothing where nobody looks."""

    def __init__(self) -> None:
        self._shown = -1

    def show(self, done: int, total: int) -> None:
        """At most once a percent."""
        percent = 100 * done // total if total else done // 1_000_000
        if percent == self._shown or not sys.stderr.isatty():
            return
        self._shown = percent
        of = f"{percent} % of {total / 1e6:.0f} MB" if total else f"{done / 1e6:.0f} MB"
        click.echo(f"\r{of}", nl=False, err=True)

    def end(self) -> None:
        """Leave the line."""
        if self._shown >= 0:
            click.echo(err=True)


def guarded(work: Callable[[], Any]) -> Any:
    """Run it; an error of ours becomes one sentence."""
    from asr.errors import AsrError
    from asr.training.errors import TrainingError
    from dialogue.errors import DialogueError

    try:
        return work()
    except (AsrError, TrainingError, DialogueError, OSError, ValueError) as problem:
        raise Failed(str(problem)) from problem


def _folder() -> Path:
    from ops.model_choices import models_folder

    return models_folder(os.environ)


def _bundled() -> dict[str, Path]:
    from asr.model_files import default_models

    return default_models()


def _in_use() -> dict[str, Path]:
    from ops.model_choices import chosen_models

    return {**_bundled(), **chosen_models(os.environ)}


def _catalogue() -> Any:
    from asr.catalogue import CATALOGUE, load_catalogue

    named = os.environ.get("HOTLINE_MODEL_LIST", "").strip()
    return load_catalogue(Path(named) if named else CATALOGUE)


def _located(model: str) -> Path:
    """A name in the models folder, or the path of any folder."""
    inside = _folder() / model
    if _is_inside(inside) and inside.is_dir():
        return inside
    if Path(model).is_dir():
        return Path(model).absolute()
    raise Failed(f"there is no model {model!r} in {_folder()}; see: hotline models list")


def _is_inside(path: Path) -> bool:
    return path.parent == _folder() and not path.name.startswith(".")


def _shown_name(target: Path) -> str:
    return target.name if _is_inside(target.absolute()) else str(target)


def _here() -> list[dict[str, Any]]:
    """Bundled models and those in the models folder."""
    used = {path.resolve() for path in _in_use().values()}
    rows = [
        _row(f"{BUNDLED}-{language}", language, path, "Apache-2.0", used)
        for language, path in _bundled().items()
    ]
    known = {model.name: model for model in _catalogue()}
    folder = _folder()
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if not path.is_dir() or path.name.startswith("."):
            continue
        model = known.get(path.name)
        language = model.language if model else path.name[:2]
        rows.append(_row(path.name, language, path, model.licence if model else "", used))
    return rows


def _row(name: str, language: str, path: Path, licence: str, used: set[Path]) -> dict[str, Any]:
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return {
        "name": name, "language": language, "megabytes": round(size / 1e6, 1), "licence": licence,
        "here": True, "in_use": path.resolve() in used, "folder": str(path),
    }  # fmt: skip


def _to_fetch() -> list[dict[str, Any]]:
    return [
        {
            "name": model.name, "language": model.language, "megabytes": model.megabytes,
            "licence": model.licence, "here": False, "in_use": False, "address": model.address,
        }
        for model in _catalogue()
        if not (_folder() / model.name).is_dir()
    ]  # fmt: skip


def _missing(folder: Path, language: str) -> list[str]:
    from ops.model_words import missing_words

    found: list[str] = guarded(lambda: missing_words(folder, language))
    return found


def _report_missing(folder: Path, language: str) -> None:
    missing = _missing(folder, language)
    if missing:
        shown = ", ".join(missing[:_MISSING_SHOWN])
        rest = f" and {len(missing) - _MISSING_SHOWN} more" if len(missing) > _MISSING_SHOWN else ""
        click.echo(
            f"{language}: it can not hear these words of the hotline: {shown}{rest}", err=True
        )
