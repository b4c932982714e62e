import re
from pathlib import Path

import pytest

from ops.settings import Settings, SettingsInvalid
from tests.fakes.environment import NEEDED

EXAMPLE = Path(__file__).parents[3] / ".env.example"


class Watched(dict[str, str]):
    """Remembers which variables were asked for."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)
        self.asked: set[str] = set()

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        self.asked.add(name)
        return super().get(name, default)


def problems(**changed: str) -> list[str]:
    with pytest.raises(SettingsInvalid) as refused:
        Settings.from_env({**NEEDED, **changed})
    return refused.value.problems


def test_what_is_needed_is_enough() -> None:
    settings = Settings.from_env(NEEDED)

    assert settings.env == "production"
    assert settings.line.numbers == {"+864008000001": "zh", "+864008000002": "en"}
    assert settings.queue.emotion_active is False, "emotion moves nobody until it is switched on"
    assert settings.store.database_url == f"sqlite:///{settings.store.folder / 'hotline.db'}"
    assert settings.store.folder.is_absolute()


def test_all_problems_are_told_at_once_and_numbered() -> None:
    wrong = {
        "HOTLINE_STOP_MS": "fast",
        "HOTLINE_TIME_ZONE": "Mars/Olympus",
        "HOTLINE_WEB_BIND": "8000",
    }

    with pytest.raises(SettingsInvalid) as refused:
        Settings.from_env(wrong)

    text = str(refused.value)
    for name in (*NEEDED, *wrong):
        if name != "HOTLINE_NUMBERS":  # a call to a number that is not listed is answered too
            assert name in text
    numbers = re.findall(r"^  (\d+)\. ", text, re.MULTILINE)
    assert numbers == [str(n) for n in range(1, len(refused.value.problems) + 1)]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("HOTLINE_ENV", "dev", "allowed: demo, production"),
        ("HOTLINE_EMOTION", "true", "allowed: shadow, active"),
        ("HOTLINE_PHONE", "softphone", "allowed: box, twilio"),
        ("HOTLINE_STOP_MS", "199", "give a whole number from 200 to 3000"),
        ("HOTLINE_STOP_MS", "3001", "give a whole number from 200 to 3000"),
        ("HOTLINE_STOP_MS", "6e2", "give a whole number"),
        ("HOTLINE_MAX_STREAMS", "0", "from 1 to 1000"),
        ("HOTLINE_WEB_BIND", "127.0.0.1", "give host:port"),
        ("HOTLINE_WEB_BIND", "127.0.0.1:99999", "give host:port"),
        ("HOTLINE_PUBLIC_BASE_URL", "hotline.example", "it starts with https://"),
        ("HOTLINE_PUBLIC_BASE_URL", "ftp://hotline.example", "it starts with https://"),
        ("HOTLINE_MEDIA_BASE_URL", "https://media.example", "it starts with wss://"),
        ("HOTLINE_TWILIO_API_BASE", "localhost", "is no address"),
        ("HOTLINE_NUMBERS", "+864008000001=fr", "give number=language"),
        ("HOTLINE_NUMBERS", "4008000001=zh", "give number=language"),
        ("HOTLINE_NUMBERS", "+864008000001", "give number=language"),
        ("HOTLINE_TIME_ZONE", "../etc/passwd", "is no IANA zone"),
        ("TWILIO_ACCOUNT_SID", " ", "is not set"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(
    name: str, value: str, sentence: str
) -> None:
    (problem,) = problems(**{name: value})

    assert name in problem and sentence in problem


@pytest.mark.parametrize("edge", ["200", "3000"])
def test_the_edges_of_a_range_are_in_it(edge: str) -> None:
    assert Settings.from_env({**NEEDED, "HOTLINE_STOP_MS": edge}).speech.stop_ms == int(edge)


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from the file\n")
    environ = {**NEEDED, "TWILIO_AUTH_TOKEN_FILE": str(tmp_path / "token")}

    assert Settings.from_env(environ).line.auth_token == "from the file"


def test_a_secrets_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (problem,) = problems(HOTLINE_SECRET_KEY_FILE=str(tmp_path / "absent"))

    assert "HOTLINE_SECRET_KEY_FILE" in problem and "No such file" in problem


def test_an_empty_secrets_file_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")

    (problem,) = problems(HOTLINE_SECRET_KEY_FILE=str(tmp_path / "empty"))

    assert "is empty" in problem


def test_a_secret_is_not_shown_when_the_settings_are_printed(tmp_path: Path) -> None:
    secrets = {
        "HOTLINE_SECRET_KEY": "SECRETkey-" + "k" * 32,
        "TWILIO_AUTH_TOKEN": "SECRETtoken",
        "TWILIO_API_SECRET": "SECRETapi",
        "HOTLINE_DATABASE_URL": "postgresql+psycopg://hotline:SECRETdb@db/hotline",
        "HOTLINE_REDIS_URL": "redis://:SECRETredis@cache:6379/0",
    }

    assert "SECRET" not in repr(Settings.from_env({**NEEDED, **secrets}))


def test_the_api_secret_may_lie_in_a_file_too(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from the file")
    environ = {**NEEDED, "TWILIO_API_SECRET_FILE": str(tmp_path / "secret")}

    assert Settings.from_env(environ).line.api_secret == "from the file"


def test_a_short_secret_key_serves_a_demo_only() -> None:
    (problem,) = problems(HOTLINE_SECRET_KEY="hotline")

    assert "HOTLINE_SECRET_KEY" in problem and "32" in problem
    Settings.from_env({**NEEDED, "HOTLINE_SECRET_KEY": "hotline", "HOTLINE_ENV": "demo"})


def test_a_box_phone_needs_its_address() -> None:
    (problem,) = problems(HOTLINE_PHONE="box")

    assert "HOTLINE_PHONE_BOX_URL" in problem


def test_the_example_names_every_variable_and_no_other() -> None:
    example = EXAMPLE.read_text(encoding="utf-8")
    listed = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    watched = Watched(NEEDED)
    Settings.from_env(watched)

    commands_own = {"HOTLINE_MODEL_LIST"}  # `hotline models` reads it, no process does
    asked = {name for name in watched.asked if not name.endswith("_FILE")}
    assert listed == asked | commands_own


def test_the_examples_defaults_are_the_defaults() -> None:
    example = EXAMPLE.read_text(encoding="utf-8")
    given = dict(re.findall(r"^([A-Z_]+)=([^ #\n]+)", example, re.MULTILINE))

    assert Settings.from_env({**given, **NEEDED}) == Settings.from_env(NEEDED)


def test_language_models_are_named_and_each_needs_an_address_and_a_model() -> None:
    settings = Settings.from_env(
        {
            **NEEDED,
            "HOTLINE_LLM": "house, cloud",
            "HOTLINE_LLM_HOUSE_URL": "http://127.0.0.1:8080/v1/",
            "HOTLINE_LLM_HOUSE_MODEL": "small",
            "HOTLINE_LLM_CLOUD_URL": "https://models.example/v1",
            "HOTLINE_LLM_CLOUD_MODEL": "large",
            "HOTLINE_LLM_CLOUD_TOKEN": "not-shown",
        }
    )
    house, cloud = settings.llm.models
    assert (house.name, house.url, house.model, house.token) == (
        "house",
        "http://127.0.0.1:8080/v1",
        "small",
        "",
    )
    assert cloud.token == "not-shown"
    assert "not-shown" not in repr(settings)


def test_a_language_model_without_an_address_is_refused() -> None:
    found = problems(HOTLINE_LLM="house,two words")
    assert any("HOTLINE_LLM_HOUSE_URL is not set" in text for text in found)
    assert any("HOTLINE_LLM_HOUSE_MODEL is not set" in text for text in found)
    assert any("'two words'" in text for text in found)


def test_without_a_language_model_none_is_asked() -> None:
    assert Settings.from_env(NEEDED).llm.models == ()
