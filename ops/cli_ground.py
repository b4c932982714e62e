"""What the commands stand on: settings, database, JSON for programs, a sentence for a failure."""

import json
import os
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
