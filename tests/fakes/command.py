"""The command line of a house that was installed a minute ago."""

from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner, Result

from ops.cli import main
from tests.fakes.environment import demo

Hotline = Callable[..., Result]


def hotline_in(folder: Path) -> Hotline:
    """Runs a line of arguments, with what is typed when a password is asked for."""

    def run(line: str, password: str = "") -> Result:
        return CliRunner().invoke(main, line.split(), input=password, env=demo(folder))

    return run
