"""`hotline doctor`: looks at every part and says in one sentence each what is wrong and how to
mend it.
"""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ops.settings import Settings, SettingsInvalid

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

FREE_BYTES = 1 << 30
"""An hour of two-channel sound is 115 MB."""
NAMED = 3
"""Stuck recordings that are named; the others are counted."""
UNCHECKED = "not checked: the settings are incomplete"
SIGNED = (
    "check TWILIO_AUTH_TOKEN (the account's primary one) and HOTLINE_PUBLIC_BASE_URL, "
    "and that the proxy passes paths unchanged"
)
STUCK = "mend what the error names; the worker tries again within the hour, no sound is lost"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part's state."""

    part: str
    ok: bool
    detail: str
    mend: str = ""

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)

    def sentence(self) -> str:
        """For people."""
        mark = "ok  " if self.ok else "BAD "
        return f"{mark} {self.part}: {self.detail}" + (f"; {self.mend}" if self.mend else "")


class Unwell(Exception):
    """A part does not work: what was seen, and what mends it."""

    def __init__(self, seen: str, mend: str) -> None:
        super().__init__(seen)
        self.mend = mend


def examine(environ: Mapping[str, str]) -> list[Finding]:
    """Every part in the order of a call."""
    findings = [_look("python", _python, ""), _look("settings", lambda: _settings(environ), "")]
    settings = Settings.from_env(environ) if findings[-1].ok else None
    parts: list[tuple[str, Callable[[], str], str]] = [
        ("voice activity", _voice_activity, "run make setup"),
        ("speech models", lambda: _models(settings, environ), "run make setup"),
        ("voices", _voices, "run make setup"),
        ("understanding", _understanding, "run make setup"),
        ("second opinion", lambda: _second_opinion(settings), "check the HOTLINE_LLM settings"),
        ("scorecard and queues", _data_files, "mend the named file"),
        ("redis-server", lambda: _redis(settings), "start Redis or set HOTLINE_REDIS_URL"),
        ("database", lambda: _database(settings), "check HOTLINE_DATABASE_URL"),
        ("signed requests", lambda: _signed(settings), SIGNED),
        ("recordings", lambda: _recordings(settings), STUCK),
        ("ports", lambda: _ports(settings), "set HOTLINE_WEB_BIND and HOTLINE_MEDIA_BIND"),
        ("clock", _clock, "start a time service such as systemd-timesyncd"),
        ("disk", lambda: _disk(settings), "make room or set HOTLINE_FOLDER"),
        ("front-end parts", _front_end, "run make setup"),
        (
            "sound analysis",
            _librosa,
            "delete the folder numba below HOTLINE_FOLDER, run make setup",
        ),
    ]
    return findings + [_look(*part) for part in parts]


def _look(part: str, check: Callable[[], str], mend: str) -> Finding:
    """Run one check; whatever it raises is its finding, for a doctor never falls ill."""
    try:
        return Finding(part, True, check())
    except Unwell as problem:
        return Finding(part, False, str(problem), problem.mend or mend)
    except Exception as problem:  # noqa: BLE001
        return Finding(part, False, f"{type(problem).__name__}: {problem}", mend)


def _python() -> str:
    version = ".".join(map(str, sys.version_info[:3]))
    if not (3, 11) <= sys.version_info[:2] < (3, 13):
        raise Unwell(version, "use Python 3.11 or 3.12")
    return version


def _settings(environ: Mapping[str, str]) -> str:
    try:
        settings = Settings.from_env(environ)
    except SettingsInvalid as problem:
        raise Unwell("; ".join(problem.problems), "see .env.example") from problem
    return f"{settings.env}, {len(settings.line.numbers)} number(s)"


def _voice_activity() -> str:
    from asr.vad import check

    check()
    return "tells speech from silence"


def _models(settings: Settings | None, environ: Mapping[str, str]) -> str:
    from asr.errors import AsrError
    from asr.model_check import verify_model
    from asr.model_files import default_models

    chosen = dict(settings.speech.models) if settings else {}
    folders = {**default_models(), **chosen}
    for language, path in folders.items():
        try:
            verify_model(path, language)
        except AsrError as problem:
            mend = f"or choose another: hotline models use {language} bundled"
            raise Unwell(str(problem), mend) from problem
    bundled = {language: path for language, path in folders.items() if language not in chosen}
    told = [f"{', '.join(folders)} load", *_advice(bundled, environ)]
    if settings and "heard" in settings.line.numbers.values():
        told += _not_compared(chosen, environ)
    return "; ".join(told)


def _advice(bundled: Mapping[str, Path], environ: Mapping[str, str]) -> list[str]:
    """What a bundled model is good for, and what to do about it."""
    from asr.catalogue import CATALOGUE, find_model, load_catalogue
    from asr.errors import ModelUnknown

    named = environ.get("HOTLINE_MODEL_LIST", "").strip()
    official = load_catalogue(Path(named) if named else CATALOGUE)
    advice = []
    for language, path in bundled.items():
        lines = (path / "graph" / "words.txt").read_text(encoding="utf-8").splitlines()
        words = len(lines) - 2  # <eps> and [unk] are none
        knows = f"{language} is the bundled one: it knows synthesised voices and {words} words"
        try:
            name = find_model(official, language).name
        except ModelUnknown:
            advice.append(f"{knows}, and the list of models to fetch has none for real callers")
            continue
        steps = f"hotline models fetch {name} && hotline models use {language} {name}"
        advice.append(f"{knows}, real callers will be misheard: {steps}")
    return advice


def _not_compared(chosen: Mapping[str, Path], environ: Mapping[str, str]) -> list[str]:
    """A number that is to hear the language can not do so with models that were not compared."""
    from ops.language_contrast import contrast_in_use
    from ops.model_choices import models_folder

    if contrast_in_use(chosen, models_folder(environ)):
        return []
    return ["numbers that are `heard` ask for the language by key until: hotline models compare"]


def _voices() -> str:
    from tts.pyttsx3_speaker import Pyttsx3Speaker

    with tempfile.TemporaryDirectory() as folder:
        speaker = Pyttsx3Speaker(workers=1, scratch=Path(folder))
        try:
            lengths = [speaker.speak(t, lang).ms for t, lang in (("您好", "zh"), ("hello", "en"))]
        finally:
            speaker.close()
    return f"zh and en speak ({lengths[0]} ms, {lengths[1]} ms)"


def _understanding() -> str:
    from datetime import UTC, datetime

    from dialogue.nlu.understander import Understander

    found = Understander.load().understand("我的快递到哪了", "zh", datetime.now(UTC))
    if not found.intents:
        raise Unwell("a plain question was not understood", "run make setup")
    return f"{found.intents[0].id} {found.intents[0].confidence:.2f}"


def _second_opinion(settings: Settings | None) -> str:
    from dialogue.errors import LlmError
    from dialogue.llm.backend import BackendAddress, ChatBackend
    from dialogue.llm.question import INSTRUCTION, question, read_answer

    if settings is None or not settings.llm.models:
        return "no language model is set; none is needed"
    text, seconds = "where is my parcel", settings.llm.deadline_ms / 1000
    for one in settings.llm.models:
        backend = ChatBackend(BackendAddress(one.name, one.url, one.model, one.token))
        try:
            answer = backend.complete(INSTRUCTION, question(text, "en"), seconds)
            read_answer(answer.content, text)
        except LlmError as problem:
            raise Unwell(str(problem), "") from problem
    return f"{', '.join(one.name for one in settings.llm.models)} understood a plain question"


def _data_files() -> str:
    from emotion.lexical import LexicalScorer
    from qa.scorecard import load_scorecard
    from routing.rules import load_rules

    load_rules()
    LexicalScorer.load()
    card = load_scorecard()
    return f"{card.name} with {len(card.criteria)} criteria"


def _redis(settings: Settings | None) -> str:
    from redis import Redis

    from ops.redis_server import find_binary

    if settings is None:
        return f"binary at {find_binary().name}"
    with Redis.from_url(settings.store.redis_url, socket_connect_timeout=2) as client:
        return f"version {client.info('server')['redis_version']}"


def _database(settings: Settings | None) -> str:
    from ops.database.engine import make_engine
    from ops.database.migrate import differences

    if settings is None:
        return UNCHECKED
    engine = make_engine(settings.store.database_url)
    lacking = differences(engine)
    if lacking:
        raise Unwell(f"{len(lacking)} table(s) or column(s) are missing", "run hotline serve once")
    return engine.dialect.name


def _signed(settings: Settings | None) -> str:
    """Scanners of the internet are rejected too; where nothing else comes, it is our settings."""
    from redis import Redis
    from sqlalchemy import func, select

    from calls.models import Call
    from ops.rejections import Rejections

    if settings is None:
        return UNCHECKED
    with Redis.from_url(settings.store.redis_url, socket_connect_timeout=2) as client:
        rejected = Rejections(client).so_far()
    if not rejected:
        return "none was rejected"
    with _sessions(settings) as sessions, sessions() as session:
        calls = session.scalar(select(func.count()).select_from(Call))
    if not calls:
        raise Unwell(f"{rejected} rejected and no call was ever taken", SIGNED)
    return f"{rejected} rejected, {calls} call(s) taken; if calls fail, {SIGNED}"


def _recordings(settings: Settings | None) -> str:
    from recordings.work import Work

    if settings is None:
        return UNCHECKED
    with _sessions(settings) as sessions:
        stuck = Work(sessions).stuck()
    if not stuck:
        return "none is stuck"
    named = [
        f"{one.sid} ({one.state}, {one.attempts} tries): "
        f"{one.error or 'its worker died each time, see the worker log'}"
        for one in stuck[:NAMED]
    ]
    more = f"; {len(stuck) - NAMED} more" if len(stuck) > NAMED else ""
    raise Unwell(f"{len(stuck)} stuck: {'; '.join(named)}{more}", STUCK)


@contextmanager
def _sessions(settings: Settings) -> Iterator["sessionmaker[Session]"]:
    from ops.database.engine import import_models, make_engine, make_session_factory

    import_models()
    engine = make_engine(settings.store.database_url)
    try:
        yield make_session_factory(engine)
    finally:
        engine.dispose()


def _ports(settings: Settings | None) -> str:
    if settings is None:
        return UNCHECKED
    taken = []
    for bind in (settings.serve.web_bind, settings.serve.media_bind):
        host, _, port = bind.rpartition(":")
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) == 0:
                taken.append(bind)
    return f"in use: {', '.join(taken)} (by Hotline itself?)" if taken else "free"


def _clock() -> str:
    if time.time() < 1_700_000_000:
        raise Unwell("the clock is years behind", "")
    timedatectl = shutil.which("timedatectl")
    if timedatectl is None:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ (no time service to ask)", time.gmtime())
    asked = subprocess.run(
        [timedatectl, "show", "-p", "NTPSynchronized", "--value"],
        capture_output=True,
        text=True,
        timeout=5,
    )
    synchronised = asked.stdout.strip() or "unknown"
    return f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}, synchronised: {synchronised}"


def _disk(settings: Settings | None) -> str:
    folder = settings.store.folder if settings else Path.cwd()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES:
        raise Unwell(f"{free >> 20} MB free at {folder}", "")
    return f"{free >> 30} GB free"


def _front_end() -> str:
    from console.vendor import Vendor

    missing = Vendor().missing()
    if missing:
        raise Unwell(f"missing: {', '.join(missing)}", "")
    return "all there"


def _librosa() -> str:
    code = (
        "import numpy as np, librosa; "
        "librosa.yin(np.ones(8000, np.float32), fmin=65, fmax=400, sr=8000)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=180)
    if done.returncode:
        raise Unwell(f"librosa ended with status {done.returncode}", "")
    return "librosa works"
