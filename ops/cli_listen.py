"""`hotline listen`: what is said in sound files, for people and for programs."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ops.cli_ground import answer_lines, dump, expected_errors, guarded
from ops.model_choices import LANGUAGES

if TYPE_CHECKING:
    from asr.language import Contrast
    from asr.listen import Request
    from asr.vosk_recognizer import VoskModel

MOST_READINGS = 20


@click.command(
    epilog="Example: hotline listen call.wav --json. Words to expect: "
    "hotline listen digits.wav --lang en --grammar 'one, two, three' --nbest 3 --words"
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(LANGUAGES), help="Default: told from the sound.")
@click.option(
    "--channel", type=click.IntRange(0), help="One channel, from 0 (the caller). Default: all."
)
@click.option(
    "--grammar", multiple=True, metavar="PHRASES", help="Listen only for these; commas between."
)
@click.option(
    "--grammar-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Listen only for these phrases, one a line.",
)
@click.option(
    "--nbest", type=click.IntRange(0, MOST_READINGS), default=0, help="Readings of an utterance."
)
@click.option("--words", is_flag=True, help="Each word with its time and confidence.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file.")
@click.option(
    "--jsonl",
    is_flag=True,
    help='Read {"id", "path", "lang", "channel", "grammar": [...], "nbest"} lines.',
)
def listen(files: tuple[Path, ...], as_json: bool, jsonl: bool, words: bool, **asked: Any) -> None:
    """Say what is said in sound files (WAV, FLAC, MP3, Ogg; any rate, any channels)."""
    phrases = guarded(lambda: _phrases(asked.pop("grammar"), asked.pop("grammar_file")))
    if not files and not jsonl:
        raise click.UsageError("give a sound file, or --jsonl with lines on standard input")
    ears = guarded(lambda: _ears(None if jsonl else asked["lang"]))
    contrast = guarded(_contrast)
    asked["grammar"] = phrases
    if jsonl:
        answer_lines(lambda line: _heard({**asked, **line}, ears, contrast))
        return
    failed = 0
    for file in files:
        heard = _heard_or_error({**asked, "path": str(file)}, ears, contrast)
        failed += "error" in heard
        if as_json:
            click.echo(dump(heard))
        elif "error" not in heard:
            _show(heard, words=words, named=len(files) > 1)
    sys.exit(1 if failed else 0)


def _heard_or_error(
    asked: dict[str, Any], ears: "dict[str, VoskModel]", contrast: "Contrast | None"
) -> dict[str, Any]:
    """A file's answer; what is wrong with it is told, and the next file goes on."""
    try:
        return _heard(asked, ears, contrast)
    except expected_errors() as problem:
        click.echo(f"Error: {problem}", err=True)
        return {"file": asked["path"], "error": str(problem)}


def _phrases(given: tuple[str, ...], file: Path | None) -> list[str] | None:
    """The grammar of the command line and of a file; None without either."""
    if not given and file is None:
        return None
    lines = file.read_text(encoding="utf-8").splitlines() if file else []
    parts = [part for text in given for part in text.replace("\uff0c", ",").split(",")]
    return [phrase.strip().lower() for phrase in [*parts, *lines] if phrase.strip()]


def _ears(language: str | None) -> "dict[str, VoskModel]":
    """The models in use, loaded: of one language or of all."""
    from asr.model_files import default_models
    from asr.vosk_recognizer import VoskModel
    from ops.model_choices import chosen_models

    folders = {**default_models(), **chosen_models(os.environ)}
    wanted = folders if language is None else {language: folders[language]}
    return {each: VoskModel(path, each) for each, path in wanted.items()}


def _contrast() -> "Contrast | None":
    from ops.language_contrast import contrast_in_use
    from ops.model_choices import chosen_models, models_folder

    return contrast_in_use(chosen_models(os.environ), models_folder(os.environ))


def _heard(
    line: dict[str, Any], ears: "dict[str, VoskModel]", contrast: "Contrast | None"
) -> dict[str, Any]:
    from asr.listen import listen_file

    return listen_file(Path(line["path"]), ears, _request(line), contrast)


def _request(line: dict[str, Any]) -> "Request":
    from asr.listen import Request

    grammar = line.get("grammar")
    if grammar is not None and not line.get("lang"):
        raise ValueError("a grammar is of one language: give lang, zh or en")
    return Request(
        language=line.get("lang"),
        channel=line.get("channel"),
        grammar=None if grammar is None else tuple(str(phrase) for phrase in grammar),
        alternatives=min(int(line.get("nbest") or 0), MOST_READINGS),
    )


def _show(heard: dict[str, Any], *, words: bool, named: bool) -> None:
    """For people: the text, or every word of every utterance."""
    if not heard["words"]:
        click.echo(f"{heard['file']}: no words heard in {heard['seconds']} s", err=True)
    click.echo(f"{heard['file']}: {heard['text']}" if named else heard["text"])
    for reading in (r for one in heard["utterances"] for r in one.get("alternatives", [])):
        click.echo(f"  {reading['probability']:7.2%}  {reading['text']}")
    if not words:
        return
    for word in heard["words"]:
        times = f"{word['start_ms'] / 1000:8.2f} {word['end_ms'] / 1000:8.2f}"
        click.echo(f"  {times}  {word['confidence']:.2f}  {word['channel']}  {word['text']}")
    click.echo(
        f"  {heard['language']} ({heard['language_probability']:.0%} sure),"
        f" {heard['seconds']} s, real-time factor {heard['real_time_factor']}"
    )
