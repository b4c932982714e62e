"""The demo's house: free ports, secrets, folders, and all real processes of Hotline on this
machine.
"""

import json
import os
import secrets
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.database.engine import make_engine, make_session_factory
from ops.database.migrate import migrate
from ops.processes import ProcessSpec, Supervisor, parent_death_signal
from ops.redis_server import RedisServer, free_port
from ops.seed import seed_demo
from ops.settings import Settings

NUMBERS = {"+864008000001": "zh", "+864008000002": "en", "+864008000003": "heard"}
READY_SECONDS = 60.0


class DemoFailed(RuntimeError):
    """The demo could not be brought up; the sentence names the part and its log."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the demo's parts listen."""

    web: int
    media: int
    box: int
    shop: int

    @property
    def web_url(self) -> str:
        """Console and webhooks."""
        return f"http://127.0.0.1:{self.web}"

    @property
    def media_url(self) -> str:
        """Media streams; plain ws is allowed on loopback only."""
        return f"ws://127.0.0.1:{self.media}"

    @property
    def box_url(self) -> str:
        """The telephone company in a box."""
        return f"http://127.0.0.1:{self.box}"

    @property
    def shop_url(self) -> str:
        """The demo shop behind its own HTTP server."""
        return f"http://127.0.0.1:{self.shop}"


class DemoHouse:
    """Brings everything up in order, and down again leaving nothing behind."""

    def __init__(self, folder: Path, overrides: Mapping[str, str] | None = None) -> None:
        self.folder = folder.absolute()
        self.password = f"demo-{secrets.token_hex(4)}"
        self.addresses = Addresses(free_port(), free_port(), free_port(), free_port())
        self.redis = RedisServer(self.folder / "redis", first_act=parent_death_signal())
        self.environ = {**os.environ, **self._variables(), **(overrides or {})}
        self.settings = Settings.from_env(self.environ)
        self.supervisor = Supervisor(self.folder / "logs", self.environ)

    def up(self, tell: Callable[[str], None]) -> None:
        """Start Redis, database, box, shop, web, media and worker; returns when each answers."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        tell("redis-server")
        self.redis.start()
        tell("database and demo shop")
        self._fill_database()
        commands = self._commands()
        for name in ("box", "shop", "web", "media", "worker"):
            self.supervisor.start(ProcessSpec(name, commands[name]))
        for name, url in (
            ("box", f"{self.addresses.box_url}/box/health"),
            ("shop", f"{self.addresses.shop_url}/health"),
            ("web", f"{self.addresses.web_url}/health"),
            ("media", f"http://127.0.0.1:{self.addresses.media}/health"),
        ):
            tell(name)
            self._wait_for(name, url)

    def down(self) -> None:
        """Stop everything that was started."""
        self.supervisor.stop()
        self.redis.stop()

    def _fill_database(self) -> None:
        from app import utc_now

        engine = make_engine(self.settings.store.database_url)
        try:
            migrate(engine)
            seed_demo(make_session_factory(engine), utc_now(), self.password)
        finally:
            engine.dispose()

    def _variables(self) -> dict[str, str]:
        at = self.addresses
        return {
            "HOTLINE_ENV": "demo",
            # One thread a decoder: the pool decides how many cores speech may use.
            "OMP_NUM_THREADS": "1",
            "HOTLINE_FOLDER": str(self.folder),
            "HOTLINE_CACHE": os.environ.get("HOTLINE_CACHE") or str(self.folder.parent / "cache"),
            "HOTLINE_DATABASE_URL": "",
            "HOTLINE_REDIS_URL": self.redis.url,
            "HOTLINE_SECRET_KEY": secrets.token_urlsafe(32),
            "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
            "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            "HOTLINE_TWILIO_API_BASE": at.box_url,
            "HOTLINE_PUBLIC_BASE_URL": at.web_url,
            "HOTLINE_MEDIA_BASE_URL": at.media_url,
            "HOTLINE_NUMBERS": ",".join(f"{n}={lang}" for n, lang in NUMBERS.items()),
            "HOTLINE_WEB_BIND": f"127.0.0.1:{at.web}",
            "HOTLINE_MEDIA_BIND": f"127.0.0.1:{at.media}",
            "HOTLINE_SHOP_URL": at.shop_url,
            "HOTLINE_PHONE": "box",
            "HOTLINE_PHONE_BOX_URL": at.box_url,
            "HOTLINE_EMOTION": "active",
            "HOTLINE_EMOTION_WEIGHTS": "trained",
            "HOTLINE_WRAP_UP_SECONDS": "15",
        }

    def _commands(self) -> dict[str, tuple[str, ...]]:
        config = self.folder / "box.json"
        config.write_text(json.dumps(self._box_config(), indent=2), encoding="utf-8")
        config.chmod(0o600)
        python = sys.executable
        return {
            "box": (python, "-m", "simulator", "--config", str(config)),
            "shop": (
                *(python, "-m", "aftersales.shop_server"),
                *("--database", self.settings.store.database_url),
                *("--port", str(self.addresses.shop)),
            ),
            **serve_commands(self.settings),
            "worker": (python, "-m", "ops.cli", "worker"),
        }

    def _box_config(self) -> dict[str, Any]:
        web, line = self.addresses.web_url, self.settings.line
        return {
            "host": "127.0.0.1",
            "port": self.addresses.box,
            "account_sid": line.account_sid,
            "auth_token": line.auth_token,
            "api_base": self.addresses.box_url,
            "scratch": str(self.folder / "box"),
            "numbers": [
                {
                    "e164": number,
                    "voice_url": f"{web}/voice/incoming",
                    "fallback_url": f"{web}/voice/incoming",
                    "status_callback": f"{web}/voice/status",
                }
                for number in NUMBERS
            ],
            "people": {
                "console": web,
                "passwords": dict.fromkeys(("aisha", "tomas", "lin"), self.password),
                "scratch": str(self.folder / "box"),
                "origins": [web, self.addresses.box_url],
                "numbers": [
                    {"number": number, "language": language} for number, language in NUMBERS.items()
                ],
            },
        }

    def _wait_for(self, name: str, url: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if fetch_json(url) is not None:
                return
            time.sleep(0.1)
        raise DemoFailed(f"{name} did not answer at {url}; see {self.supervisor.log_of(name)}")


def serve_commands(settings: Settings) -> dict[str, tuple[str, ...]]:
    """The command lines of web and media."""
    media_host, _, media_port = settings.serve.media_bind.rpartition(":")
    web = (
        *(sys.executable, "-m", "gunicorn", "app:create_app()"),
        *("--bind", settings.serve.web_bind, "--worker-class", "gthread"),
        *("--threads", str(settings.serve.web_threads), "--workers", "1"),
        *("--graceful-timeout", "5", "--timeout", "60", "--log-level", "warning"),
        *("--worker-tmp-dir", "/dev/shm" if Path("/dev/shm").is_dir() else "."),  # noqa: S108
    )
    media = (
        *(sys.executable, "-m", "uvicorn", "ops.media_process:create_media_app", "--factory"),
        *(
            "--host",
            media_host,
            "--port",
            media_port,
            "--loop",
            "uvloop",
            "--ws",
            "websockets-sansio",
        ),
        # A frame has 0.4 kB; the protocol's own limit is 64 KiB. The path holds a token: no
        # access log.
        *("--ws-max-size", "65536", "--no-access-log", "--log-level", "warning"),
        *("--timeout-graceful-shutdown", "5"),
    )
    return {"web": web, "media": media}


def fetch_json(url: str, payload: Any = None, seconds: float = 5.0) -> Any:
    """GET (or POST with a payload) on loopback; None when it does not answer."""
    data = None if payload is None else json.dumps(payload).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310
            return json.load(answer)
    except (urllib.error.URLError, OSError, ValueError):
        return None
