"""Settings: read once from the environment, checked as a whole, passed on as plain values.

Nobody below app.py and ops reads the environment. Units are in the names: `_ms` for sound,
`_seconds` for people.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ops import model_choices

LANGUAGES = model_choices.LANGUAGES
ANSWERS = (*LANGUAGES, "heard")
"""What a number's language may be; heard: the language that the caller turns out to speak."""
KEY_LENGTH = 32
"""Characters of the secret key; 32 random hexadecimal digits are 128 bits."""


class SettingsInvalid(ValueError):
    """All problems of the environment at once, numbered, each with its variable and what would
    be right.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        lines = "\n".join(f"  {n}. {text}" for n, text in enumerate(problems, start=1))
        super().__init__(f"the settings have {len(problems)} problem(s):\n{lines}")


@dataclass(frozen=True, slots=True)
class LineSettings:
    """The telephone company's side."""

    account_sid: str
    auth_token: str = field(repr=False)
    api_key: str
    api_secret: str = field(repr=False)
    api_base: str
    """Empty: the real provider; else the address of another one that speaks its REST protocol."""
    public_base_url: str
    """Where the provider reaches our webhooks, e.g. https://hotline.example."""
    media_base_url: str
    """Where the provider reaches our media process, e.g. wss://media.hotline.example."""
    numbers: Mapping[str, str]
    """Our numbers and the language that answers: {"+864008000001": "zh"}; heard: the caller's."""


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where things are kept."""

    folder: Path
    cache: Path
    """What may be deleted at any time and is made again: prompts' sound, compiled analysis."""
    database_url: str = field(repr=False)  # addresses may hold a password
    redis_url: str = field(repr=False)
    photo_days: int
    """Callers' pictures are removed after so many days; 0: never."""

    @property
    def recordings(self) -> Path:
        """Folder of the recordings."""
        return self.folder / "recordings"

    @property
    def photos(self) -> Path:
        """Folder of the pictures that callers leave for their calls."""
        return self.folder / "photos"

    @property
    def speech_cache(self) -> Path:
        """Folder of synthesised prompts."""
        return self.cache / "speech"

    @property
    def analysis_cache(self) -> Path:
        """Folder of numba's compiled parts of librosa."""
        return self.cache / "numba"


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """Where our processes listen and how much they take on."""

    web_bind: str
    media_bind: str
    web_threads: int
    decode_threads: int
    proxies: int
    """Reverse proxies of ours in front of the web process, each adding to X-Forwarded-For."""
    max_streams: int
    """Calls at once on one media process; beyond it the caller is served by keys."""


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """Hearing and speaking."""

    models: Mapping[str, Path]
    """Language -> Vosk model folder; empty: the bundled ones."""
    stop_ms: int
    no_input_ms: int
    alternatives: int
    """Readings of each utterance that are handed on; 0: only the likeliest."""
    voices: int
    """Synthesis children."""


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """Waiting and offering."""

    offer_seconds: int
    wrap_up_seconds: int
    announce_seconds: int
    """How often a waiting caller hears the place again."""
    emotion_active: bool
    """False: shadow mode; emotion is computed and shown, never used."""
    alert_level: int
    """Emotion level from which supervisors are told, 1-3."""
    emotion_weights: str
    """free, or trained: better, but fitted on corpora that are not free for commerce."""


@dataclass(frozen=True, slots=True)
class PhoneSettings:
    """The agents' phone in the browser."""

    kind: str
    """box or twilio."""
    box_url: str


@dataclass(frozen=True, slots=True)
class ShopSettings:
    """The shop whose orders callers ask about."""

    url: str
    """Of an API as in aftersales/shop.openapi.yaml; empty: the demo shop in our own database."""
    token: str = field(repr=False)
    texts_a_day: int
    """Messages to one customer's telephone in 24 hours, in all calls together; 0: none."""


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """A language model that may be asked for a second opinion."""

    name: str
    url: str
    model: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LanguageModelSettings:
    """Second opinions on what a caller means; never needed."""

    models: tuple[LanguageModel, ...]
    """Asked in this order; empty: none is asked and no text leaves the house."""
    deadline_ms: int
    tokens_a_day: int
    """For each of our processes."""


@dataclass(frozen=True, slots=True)
class JobSettings:
    """Work after the call."""

    lease_seconds: int
    sweep_seconds: int


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything; `Settings.from_env(os.environ)` is the only reader of the environment."""

    env: str
    """demo or production."""
    secret_key: str = field(repr=False)
    zone: ZoneInfo
    line: LineSettings
    store: StoreSettings
    serve: ServeSettings
    speech: SpeechSettings
    queue: QueueSettings
    phone: PhoneSettings
    shop: ShopSettings
    llm: LanguageModelSettings
    job: JobSettings

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read and check all variables. Raises SettingsInvalid with every problem."""
        read = _Reader(environ)
        folder = Path(read.text("HOTLINE_FOLDER", "var")).absolute()
        env = read.choice("HOTLINE_ENV", "production", ("demo", "production"))
        settings = cls(
            env=env,
            secret_key=read.key("HOTLINE_SECRET_KEY", env),
            zone=read.zone("HOTLINE_TIME_ZONE", "Asia/Shanghai"),
            line=_line(read),
            store=StoreSettings(
                folder=folder,
                cache=Path(read.text("HOTLINE_CACHE", str(folder / "cache"))).absolute(),
                database_url=read.text(
                    "HOTLINE_DATABASE_URL", f"sqlite:///{folder / 'hotline.db'}"
                ),
                redis_url=read.text("HOTLINE_REDIS_URL", "redis://127.0.0.1:6379/0"),
                photo_days=read.number("HOTLINE_PHOTO_DAYS", 180, 0, 3650),
            ),
            serve=ServeSettings(
                web_bind=read.bind("HOTLINE_WEB_BIND", "127.0.0.1:8000"),
                media_bind=read.bind("HOTLINE_MEDIA_BIND", "127.0.0.1:8001"),
                web_threads=read.number("HOTLINE_WEB_THREADS", 24, 2, 200),
                decode_threads=read.number("HOTLINE_DECODE_THREADS", 2, 1, 64),
                proxies=read.number("HOTLINE_PROXIES", 0, 0, 5),
                max_streams=read.number("HOTLINE_MAX_STREAMS", 40, 1, 1000),
            ),
            speech=SpeechSettings(
                models=read.models(),
                stop_ms=read.number("HOTLINE_STOP_MS", 600, 200, 3000),
                no_input_ms=read.number("HOTLINE_NO_INPUT_MS", 7000, 2000, 60000),
                alternatives=read.number("HOTLINE_ALTERNATIVES", 0, 0, 10),
                voices=read.number("HOTLINE_VOICES", 2, 1, 16),
            ),
            queue=QueueSettings(
                offer_seconds=read.number("HOTLINE_OFFER_SECONDS", 20, 3, 120),
                wrap_up_seconds=read.number("HOTLINE_WRAP_UP_SECONDS", 30, 0, 600),
                announce_seconds=read.number("HOTLINE_ANNOUNCE_SECONDS", 30, 5, 600),
                alert_level=read.number("HOTLINE_ALERT_LEVEL", 2, 1, 3),
                emotion_weights=read.choice("HOTLINE_EMOTION_WEIGHTS", "free", ("free", "trained")),
                emotion_active=read.choice("HOTLINE_EMOTION", "shadow", ("shadow", "active"))
                == "active",
            ),
            phone=read.phone(),
            shop=_shop(read),
            llm=LanguageModelSettings(
                models=read.language_models("HOTLINE_LLM"),
                deadline_ms=read.number("HOTLINE_LLM_DEADLINE_MS", 1500, 100, 10_000),
                tokens_a_day=read.number("HOTLINE_LLM_TOKENS_A_DAY", 500_000, 0, 1_000_000_000),
            ),
            job=JobSettings(
                lease_seconds=read.number("HOTLINE_JOB_LEASE_SECONDS", 120, 2, 3600),
                sweep_seconds=read.number("HOTLINE_JOB_SWEEP_SECONDS", 5, 1, 300),
            ),
        )
        if read.problems:
            raise SettingsInvalid(read.problems)
        return settings


def _line(read: "_Reader") -> LineSettings:
    return LineSettings(
        account_sid=read.text("TWILIO_ACCOUNT_SID", required="your account's SID (AC...)"),
        auth_token=read.secret("TWILIO_AUTH_TOKEN"),
        api_key=read.text("TWILIO_API_KEY", ""),
        api_secret=read.secret("TWILIO_API_SECRET", optional=True),
        api_base=read.url("HOTLINE_TWILIO_API_BASE", "", ("http", "https")),
        public_base_url=read.url(
            "HOTLINE_PUBLIC_BASE_URL", None, ("http", "https"), "https://hotline.example"
        ),
        media_base_url=read.url(
            "HOTLINE_MEDIA_BASE_URL", None, ("ws", "wss"), "wss://media.hotline.example"
        ),
        numbers=read.numbers("HOTLINE_NUMBERS"),
    )


def _shop(read: "_Reader") -> ShopSettings:
    return ShopSettings(
        url=read.url("HOTLINE_SHOP_URL", "", ("http", "https")),
        token=read.secret("HOTLINE_SHOP_TOKEN", optional=True),
        texts_a_day=read.number("HOTLINE_TEXTS_A_DAY", 6, 0, 100),
    )


class _Reader:
    """Reads variables and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []

    def text(self, name: str, default: str = "", *, required: str = "") -> str:
        value = self.environ.get(name, "").strip() or default
        if required and not value:
            self.problems.append(f"{name} is not set; give {required}")
        return value

    def secret(self, name: str, *, optional: bool = False) -> str:
        """From NAME or from the file named by NAME_FILE."""
        path = self.text(f"{name}_FILE")
        if not path:
            right = "" if optional else f"a secret, or its file's path in {name}_FILE"
            return self.text(name, required=right)
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as problem:
            self.problems.append(f"{name}_FILE={path!r} cannot be read: {problem}")
            return ""
        if not value:
            self.problems.append(f"{name}_FILE={path!r} is empty; write the secret into it")
        return value

    def key(self, name: str, env: str) -> str:
        """The secret that signs log-ins and stream tokens; long, unless for a demo."""
        value = self.secret(name)
        if value and len(value) < KEY_LENGTH and env != "demo":
            self.problems.append(
                f"{name} has {len(value)} characters; give at least {KEY_LENGTH} random ones"
            )
        return value

    def phone(self) -> PhoneSettings:
        kind = self.choice("HOTLINE_PHONE", "twilio", ("box", "twilio"))
        box_url = self.url("HOTLINE_PHONE_BOX_URL", "", ("http", "https"))
        if kind == "box" and not box_url:
            self.problems.append("HOTLINE_PHONE_BOX_URL is not set; HOTLINE_PHONE=box needs it")
        return PhoneSettings(kind=kind, box_url=box_url)

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in allowed:
            self.problems.append(f"{name}={value!r}; allowed: {', '.join(allowed)}")
        return value

    def number(self, name: str, default: int, low: int, high: int) -> int:
        return self._parsed(
            name,
            str(default),
            f"a whole number from {low} to {high}",
            lambda v: _ranged(v, low, high),
        )

    def zone(self, name: str, default: str) -> ZoneInfo:
        value = self.text(name, default)
        try:
            return ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            self.problems.append(f"{name}={value!r} is no IANA zone; e.g. Asia/Shanghai")
            return ZoneInfo("UTC")

    def url(
        self, name: str, default: str | None, schemes: tuple[str, ...], example: str = ""
    ) -> str:
        value = self.text(name, default or "", required=example if default is None else "")
        if value and (urlsplit(value).scheme not in schemes or not urlsplit(value).netloc):
            self.problems.append(f"{name}={value!r} is no address; it starts with {schemes[-1]}://")
        return value.rstrip("/")

    def bind(self, name: str, default: str) -> str:
        value = self.text(name, default)
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or int(port) > 65535:
            self.problems.append(f"{name}={value!r}; give host:port, e.g. {default}")
        return value

    def numbers(self, name: str) -> dict[str, str]:
        """`+864008000001=zh,+864008000002=heard`."""
        numbers: dict[str, str] = {}
        for part in filter(None, (p.strip() for p in self.text(name).split(","))):
            number, _, language = part.partition("=")
            if not number.startswith("+") or not number[1:].isdigit() or language not in ANSWERS:
                self.problems.append(
                    f"{name}: {part!r}; give number=language (zh, en, heard), e.g. +864008000001=zh"
                )
            numbers[number] = language
        return numbers

    def language_models(self, name: str) -> tuple[LanguageModel, ...]:
        """`HOTLINE_LLM=house,cloud`, and for each HOTLINE_LLM_HOUSE_URL, _MODEL and _TOKEN."""
        models = []
        for part in filter(None, (p.strip() for p in self.text(name).split(","))):
            if not part.isidentifier():
                self.problems.append(f"{name}: {part!r}; give names of letters, e.g. house,cloud")
                continue
            own = f"{name}_{part.upper()}"
            example = "http://127.0.0.1:8080/v1"
            models.append(
                LanguageModel(
                    name=part,
                    url=self.url(f"{own}_URL", None, ("http", "https"), example),
                    model=self.text(f"{own}_MODEL", required="the model's name there"),
                    token=self.secret(f"{own}_TOKEN", optional=True),
                )
            )
        return tuple(models)

    def models(self) -> dict[str, Path]:
        """HOTLINE_ASR_MODEL_ZH / _EN, then what `hotline models use` chose."""
        try:
            return model_choices.chosen_models(self.environ)
        except model_choices.ChoicesInvalid as problem:
            self.problems.append(str(problem))
            return {}

    def _parsed(self, name: str, default: str, right: str, parse: Callable[[str], int]) -> int:
        value = self.text(name, default)
        try:
            return parse(value)
        except ValueError:
            self.problems.append(f"{name}={value!r}; give {right}")
            return int(default)


def _ranged(value: str, low: int, high: int) -> int:
    number = int(value)
    if not low <= number <= high:
        raise ValueError(value)
    return number
