"""`hotline models` against a server on this machine: lost connections, unsafe archives, crashes."""

import hashlib
import http.server
import io
import json
import os
import shutil
import threading
import zipfile
from contextlib import suppress
from importlib.util import find_spec

import pytest
import yaml
from click.testing import CliRunner

from asr.catalogue import load_catalogue
from asr.errors import FetchBusy, FetchFailed, GrammarUnsupported, ModelBroken
from asr.model_check import verify_model
from asr.model_fetch import fetch_model
from asr.model_files import default_models
from asr.vosk_recognizer import VoskModel
from ops.cli import main
from ops.settings import Settings, SettingsInvalid

needs_kaldifst = pytest.mark.skipif(
    find_spec("kaldifst") is None, reason="the optional extra [training] is not installed"
)


class Shop(http.server.BaseHTTPRequestHandler):
    """Serves the server's `files`; `cuts` are lengths after which answers break off."""

    def do_GET(self):
        server = self.server
        server.asked.append(dict(self.headers))
        body = server.files.get(self.path)
        if body is None:
            self.send_error(404)
            return
        start = 0
        wanted = self.headers.get("Range")
        if wanted and self.headers.get("If-Range") == server.version:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
        if start > len(body):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body) - start))
        self.send_header("ETag", server.version)
        self.end_headers()
        cut = server.cuts.pop(0) if server.cuts else None
        with suppress(ConnectionError):  # who has seen enough hangs up
            self.wfile.write(body[start : None if cut is None else start + cut])

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def english_zip():
    """The bundled English model as an archive."""
    folder = default_models()["en"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, f"tiny/{path.relative_to(folder)}")
    return packed.getvalue()


@pytest.fixture
def shop(english_zip):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    server.files = {"/tiny.zip": english_zip}
    server.asked, server.cuts, server.version = [], [], '"one"'
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def listed(tmp_path, shop, english_zip):
    """Writes a list of one model; keywords change its entry."""

    def write(**changes):
        entry = {
            "name": "tiny", "language": "en", "size": "small", "megabytes": 6, "unpacked": 7,
            "licence": "MIT", "address": f"http://127.0.0.1:{shop.server_port}/tiny.zip",
            "sha256": hashlib.sha256(english_zip).hexdigest(),
        }  # fmt: skip
        path = tmp_path / "list.yaml"
        path.write_text(yaml.safe_dump({"models": [{**entry, **changes}]}))
        return path

    write()
    return write


@pytest.fixture
def hotline(tmp_path, listed):
    """Runs the command line with a models folder of its own."""

    def run(*arguments, **environ):
        environ = {
            "HOTLINE_MODELS": str(tmp_path / "models"),
            "HOTLINE_MODEL_LIST": str(tmp_path / "list.yaml"),
            **environ,
        }
        return CliRunner().invoke(main, ["models", *arguments], env=environ)

    return run


def one_model(path):
    return load_catalogue(path)[0]


def test_a_model_is_fetched_checked_used_and_removed(hotline, tmp_path):
    fetched = hotline("fetch", "en", "--yes")
    assert fetched.exit_code == 0, fetched.output
    assert "6 MB to download, 7 MB on disk, licence MIT" in fetched.output
    assert (tmp_path / "models" / "tiny" / "am" / "final.mdl").is_file()
    left = [path.name for path in (tmp_path / "models" / ".fetch").iterdir()]
    assert left == ["tiny.lock"]
    assert "is here already" in hotline("fetch", "tiny", "--yes").output

    used = hotline("use", "en", "tiny")
    assert used.exit_code == 0, used.output
    rows = json.loads(hotline("list", "--json").output)
    assert {row["name"] for row in rows if row["in_use"]} == {"bundled-zh", "tiny"}
    assert "first: hotline models use en bundled" in hotline("remove", "tiny").output

    assert hotline("use", "en", "bundled").exit_code == 0
    assert hotline("remove", "tiny").exit_code == 0
    assert not (tmp_path / "models" / "tiny").exists()


def test_settings_take_the_choice_and_complain_of_one_that_is_gone(hotline, tmp_path):
    hotline("fetch", "tiny", "--yes")
    hotline("use", "en", "tiny")
    environ = {
        "HOTLINE_MODELS": str(tmp_path / "models"), "HOTLINE_SECRET_KEY": "k" * 40,
        "TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t",
        "HOTLINE_PUBLIC_BASE_URL": "https://h.example", "HOTLINE_MEDIA_BASE_URL": "wss://m.example",
    }  # fmt: skip
    assert Settings.from_env(environ).speech.models == {"en": tmp_path / "models" / "tiny"}
    shutil.rmtree(tmp_path / "models" / "tiny")
    with pytest.raises(SettingsInvalid, match="hotline models use"):
        Settings.from_env(environ)


def test_a_lost_connection_is_taken_up_where_it_broke(shop, listed, tmp_path, english_zip):
    shop.cuts = [400_000, 300_000]
    seen = []
    fetch_model(one_model(listed()), tmp_path / "models", lambda done, total: seen.append(done))
    assert [asked.get("Range") for asked in shop.asked] == [
        None, "bytes=400000-", "bytes=700000-",
    ]  # fmt: skip
    assert seen[-1] == len(english_zip)
    assert seen == sorted(seen)


def test_a_fetch_that_failed_goes_on_in_the_next_run(shop, listed, tmp_path):
    shop.cuts = [100_000, 0, 0, 0]
    with pytest.raises(FetchFailed, match=r"lost after 100000 bytes.*run the same command again"):
        fetch_model(one_model(listed()), tmp_path / "models", lambda *_: None)
    assert not (tmp_path / "models" / "tiny").exists()
    fetch_model(one_model(listed()), tmp_path / "models", lambda *_: None)
    assert shop.asked[-1]["Range"] == "bytes=100000-"
    assert (tmp_path / "models" / "tiny").is_dir()


def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(shop, listed, tmp_path):
    shop.cuts = [100_000, 0, 0, 0]
    with pytest.raises(FetchFailed):
        fetch_model(one_model(listed()), tmp_path / "models", lambda *_: None)
    shop.version = '"two"'
    fetch_model(one_model(listed()), tmp_path / "models", lambda *_: None)
    assert verify_model(tmp_path / "models" / "tiny", "en").rate == 8000


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sha256": "0" * 64}, "its SHA-256 is"),
        ({"address": "http://127.0.0.1:9/tiny.zip"}, "the connection was lost after 0 bytes"),
        ({"megabytes": 0.05}, "more than twice the listed"),
        ({"unpacked": 0.05}, "would take"),
        ({"unpacked": 10**9}, "are needed"),
    ],
)
def test_a_bad_fetch_is_one_clear_sentence_and_leaves_nothing(
    hotline, listed, tmp_path, changes, sentence
):
    listed(**changes)
    failed = hotline("fetch", "tiny", "--yes")
    assert failed.exit_code == 1
    assert sentence in failed.output
    assert "Traceback" not in failed.output
    assert not (tmp_path / "models" / "tiny").exists()


def test_a_model_without_a_checksum_is_fetched_only_when_that_is_wanted(
    hotline, listed, english_zip, tmp_path
):
    right = hashlib.sha256(english_zip).hexdigest()
    listed(sha256="", note="nobody knows")
    refused = hotline("fetch", "tiny", "--yes")
    assert refused.exit_code == 1 and "the list has no SHA-256 of tiny" in refused.output
    assert "64 hexadecimal" in hotline("fetch", "tiny", "--yes", "--sha256", "12").output
    assert "its SHA-256 is" in hotline("fetch", "tiny", "--yes", "--sha256", "0" * 64).output
    assert not (tmp_path / "models" / "tiny").exists()
    checked = hotline("fetch", "tiny", "--yes", "--sha256", right.upper())
    assert checked.exit_code == 0 and "nobody knows" in checked.output
    hotline("remove", "tiny")
    assert hotline("fetch", "tiny", "--yes", "--unchecked").exit_code == 0


def test_two_fetches_of_one_model_do_not_meet(listed, shop, tmp_path):
    models, model = tmp_path / "models", one_model(listed())
    refusals = []

    def meanwhile(done, total):
        if not refusals:
            with pytest.raises(FetchBusy, match=f"process {os.getpid()} is fetching tiny") as met:
                fetch_model(model, models, lambda *_: None)
            refusals.append(met)

    assert fetch_model(model, models, meanwhile).is_dir()
    assert len(refusals) == 1 and len(shop.asked) == 1
    assert fetch_model(model, models, meanwhile).is_dir() and len(shop.asked) == 1


def test_a_fetch_whose_process_died_holds_nobody_up(listed, tmp_path):
    (tmp_path / "models" / ".fetch").mkdir(parents=True)
    (tmp_path / "models" / ".fetch" / "tiny.lock").write_text("4711")
    assert fetch_model(one_model(listed()), tmp_path / "models", lambda *_: None).is_dir()


def test_a_missing_page_is_named(hotline, shop):
    shop.files = {}
    assert "404" in hotline("fetch", "tiny", "--yes").output


def test_a_full_disk_is_said_to_be_full(listed, tmp_path, monkeypatch):
    def no_room(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("asr.model_fetch._install", no_room)
    with pytest.raises(FetchFailed, match=r"No space left on device.*set HOTLINE_MODELS"):
        fetch_model(one_model(listed()), tmp_path / "models", lambda *_: None)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"<html>sorry</html>", "no whole ZIP archive"), (b"", "no whole ZIP archive")],
)
def test_what_is_no_model_is_not_installed(hotline, shop, listed, content, sentence):
    listed(sha256="")
    shop.files = {"/tiny.zip": content}
    assert sentence in hotline("fetch", "tiny", "--yes", "--unchecked").output


@pytest.fixture
def copied(tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(default_models()["en"], folder)
    return folder


@pytest.mark.parametrize("name", ["am/final.mdl", "graph/HCLr.fst", "graph/Gr.fst"])
@pytest.mark.parametrize("keep", [1, 1000])
def test_a_cut_model_is_found_out_in_a_child(copied, name, keep):
    path = copied / name
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ModelBroken, match="fetch it again"):
        verify_model(copied, "en")


def test_a_model_of_rubbish_crashes_nobody_but_the_child(hotline, copied):
    (copied / "am" / "final.mdl").write_bytes(b"\0B" + b"rubbish" * 1000)
    refused = hotline("use", "en", str(copied))
    assert refused.exit_code == 1
    assert "cannot be used" in refused.output


def test_a_fixed_graph_takes_no_grammar(copied):
    model = VoskModel(copied, "en")
    shutil.copy(copied / "graph" / "HCLr.fst", copied / "graph" / "HCLG.fst")
    (copied / "graph" / "Gr.fst").unlink()
    with pytest.raises(GrammarUnsupported, match="takes no grammar"):
        model.open(("yes", "no"))


def test_words_that_the_chosen_model_lacks_are_named(hotline, copied):
    words = copied / "graph" / "words.txt"
    text = words.read_text()
    assert "\nrefund " in text
    words.write_text(text.replace("\nrefund ", "\nrefunned "))
    said = hotline("verify", str(copied), "--lang", "en")
    assert "can not hear these words of the hotline: refund" in said.output


def test_unknown_names_are_answered_with_what_to_do(hotline):
    assert "see: hotline models list" in hotline("use", "en", "nothing").output
    assert "see: hotline models list" in hotline("remove", "../..").output
    assert "known are tiny" in hotline("fetch", "other", "--yes").output


@needs_kaldifst
def test_a_shops_own_words_are_heard_after_a_build(hotline, tmp_path):
    from audio import mulaw
    from tts.pyttsx3_speaker import Pyttsx3Speaker

    (tmp_path / "words.txt").write_text("扫地机器人\n小度\txiao3 du4\n")
    built = hotline("build", "--graph-only", "--words", str(tmp_path / "words.txt"), "--lang", "zh")
    assert built.exit_code == 0, built.output
    assert hotline("use", "zh", "zh-own").exit_code == 0
    model = VoskModel(tmp_path / "models" / "zh-own", "zh")
    assert model.knows("小度")
    speaker = Pyttsx3Speaker(workers=1, scratch=tmp_path / "speech")
    try:
        recognizer = model.open()
        recognizer.accept(mulaw.decode(speaker.speak("我的扫地机器人坏了", "zh").ulaw))
        assert recognizer.finish().text == "我的扫地机器人坏了"
    finally:
        speaker.close()


@needs_kaldifst
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("\n# nothing\n", "holds no word"),
        ("5g手机\n", "'5g手机' cannot be pronounced; give pinyin after a tab"),
        ("好\t/qq/\n", "no pronunciation of '好'"),
    ],
)
def test_words_that_cannot_be_built_are_named(hotline, tmp_path, text, sentence):
    (tmp_path / "words.txt").write_text(text)
    failed = hotline(
        "build", "--graph-only", "--words", str(tmp_path / "words.txt"), "--lang", "zh"
    )
    assert failed.exit_code == 1
    assert sentence in failed.output
    assert not (tmp_path / "models" / "zh-own").exists()
