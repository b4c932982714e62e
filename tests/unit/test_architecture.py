"""The shape of the house, as far as a machine can see it; import directions are lint-imports'."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.environment import demo

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FILE_LINES, FUNCTION_LINES, ROOT_LINES = 450, 60, 250
TABLES = "ops/database/migrations/versions/"
"""Migrations are lists of columns, written by alembic."""


def folders() -> set[str]:
    return {found.parent.name for found in ROOT.glob("*/__init__.py")}


def sources() -> Iterator[Path]:
    yield ROOT / "app.py"
    for folder in sorted(folders()):
        yield from sorted((ROOT / folder).rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_the_wheel_carries_every_folder() -> None:
    carried = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]

    assert set(carried) == folders() | {"app.py"}


def test_the_import_contracts_know_every_folder() -> None:
    assert set(PROJECT["tool"]["importlinter"]["root_packages"]) == folders()


def test_no_folder_is_named_for_its_authors_uncertainty() -> None:
    assert not folders() & {"core", "common", "utils", "helpers", "services"}


def test_tests_are_no_packages() -> None:
    # with one, `import asr` would find the folder of its tests
    assert [name(found) for found in (ROOT / "tests").rglob("__init__.py")] == []


def test_files_fit_a_sitting() -> None:
    lines = {name(path): path.read_text(encoding="utf-8").count("\n") for path in sources()}

    assert {path: count for path, count in lines.items() if count > FILE_LINES} == {}


def test_the_composition_root_keeps_what_processes_share() -> None:
    assert (ROOT / "app.py").read_text(encoding="utf-8").count("\n") <= ROOT_LINES


def test_functions_fit_a_glance() -> None:
    too_long = {}
    for path in sources():
        if name(path).startswith(TABLES):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    too_long[f"{name(path)}:{node.name}"] = lines
    assert too_long == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name(path)
        for path in sources()
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_only_borders_catch_whatever_comes() -> None:
    borders = {
        "ivr/webhooks.py",  # the caller hears an apology
        "ivr/media.py",  # one stream is closed
        "ops/jobs.py",  # RQ records it
        "ops/doctor.py",  # it is the finding
        "queues/dispatcher.py",  # one agent's phone; the thread serves all the others
    }
    broad = {
        name(path)
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler) and catches_everything(node)
    }
    assert broad <= borders


def catches_everything(handler: ast.ExceptHandler) -> bool:
    kind = handler.type
    return kind is None or (
        isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException")
    )


def test_only_the_composition_root_and_ops_know_the_environment() -> None:
    # espeak-ng finds its data by a variable, set in the child that speaks
    settled = {"app.py", "tts/engine_child.py"}
    readers = {
        name(path)
        for path in sources()
        if re.search(r"\bos\.(environ|getenv)\b", path.read_text(encoding="utf-8"))
    }
    assert {path for path in readers - settled if not path.startswith("ops/")} == set()


LOCKS = [*ROOT.glob("requirements/*.txt"), ROOT / "package-lock.json"]


@pytest.mark.parametrize("lock", LOCKS, ids=name)
def test_a_lock_file_names_no_index(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")

    assert not re.search(r"https?://|--index-url|--extra-index-url|--find-links", strip_hosts(text))
    assert not re.search(r'"resolved"\s*:', text)


def strip_hosts(lock: str) -> str:
    """Addresses of authors' funding pages are no places to install from."""
    return re.sub(r'"url": "https?://[^"]*"', "", lock)


HEAVY = ("vosk", "librosa", "numba", "sklearn", "jieba", "scipy", "boto3")
WEB = """
import json, os, sys
from pathlib import Path
from app import create_app
from ops.settings import Settings
app = create_app(Settings.from_env(os.environ), dispatch=False)
print(json.dumps([m for m in sys.modules]))
"""


def test_the_web_process_carries_nothing_heavy(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", WEB],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={**demo(tmp_path), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
    )

    assert ran.returncode == 0, ran.stderr
    loaded = set(ran.stdout.split('"'))
    assert [module for module in HEAVY if module in loaded] == []
    assert "flask" in loaded, "the list was read"
