"""What the commands stand on: settings, database, JSON for programs, a sentence for a failure."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click


class Failed(click.ClickException):
    """A clear sentence and exit status 1."""


def load_settings() -> Any:
    """Settings from the environment, or the list of what is wrong with it."""
    from ops.settings import Settings, SettingsInvalid

    try:
        return Settings.from_env(os.environ)
    except SettingsInvalid as problem:
        raise Failed(str(problem)) from problem


def migrate_database(settings: Any) -> None:
    """Bring the configured database to the newest shape."""
    from ops.database.engine import make_engine
    from ops.database.migrate import migrate

    settings.store.folder.mkdir(parents=True, exist_ok=True)
    engine = make_engine(settings.store.database_url)
    migrate(engine)
    engine.dispose()


def dump(value: Any) -> str:
    """One line of JSON, readable Chinese."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, which JSON can name but no terminal can show
        return json.dumps(value)
    return text


def answer_lines(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """JSON lines in, a JSON line out for each with the same id; a bad line gets an error, not a
    crash.
    """
    for line in input_lines():
        identity = line.get("id")
        try:
            result = answer(line)
        except (KeyError, TypeError) as problem:
            result = {"error": f"missing or wrong field: {problem}"}
        except expected_errors() as problem:
            result = {"error": str(problem)}
        click.echo(dump({"id": identity, **result}))


def input_lines() -> Iterator[dict[str, Any]]:
    """Objects on standard input, one a line."""
    for number, text in enumerate(sys.stdin.buffer, start=1):  # bytes: one line may be no UTF-8
        if not text.strip():
            continue
        try:
            line = json.loads(text)
        except (ValueError, RecursionError):
            line = None
        if not isinstance(line, dict):
            click.echo(dump({"id": None, "error": f"line {number} is no JSON object"}))
            continue
        yield line


def guarded(work: Callable[[], Any]) -> Any:
    """Run it; an error of ours becomes one sentence."""
    try:
        return work()
    except expected_errors() as problem:
        raise Failed(str(problem)) from problem


def expected_errors() -> tuple[type[Exception], ...]:
    """What a user's file or text may cause."""
    from aftersales.errors import AfterSalesError
    from asr.errors import AsrError
    from audio.errors import AudioError
    from emotion.errors import EmotionError
    from qa.errors import QaError
    from tts.errors import TtsError

    ours = (AfterSalesError, AsrError, AudioError, EmotionError, QaError, TtsError)
    return (*ours, OSError, ValueError)
