"""The command line `hotline`. Each command imports what it needs when it runs, so that help is
instant.
"""

import os
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from ops.cli_audit import audit
from ops.cli_emotion_train import WithTraining
from ops.cli_ground import (
    Failed,
    answer_lines,
    dump,
    guarded,
    load_settings,
    migrate_database,
)
from ops.cli_listen import listen
from ops.cli_models import models
from ops.cli_people import agents, nobody_may_log_in, users

LANGUAGE = click.Choice(["zh", "en"])
EPILOG = "Settings come from environment variables; see .env.example."


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hotline")
def main() -> None:
    """Hotline: every call heard, understood, routed and scored."""


@main.command(epilog="Example: hotline serve")
def serve() -> None:
    """Run the web and media processes (the worker is a command of its own)."""
    import signal
    import threading

    from ops.demo_house import serve_commands
    from ops.processes import ProcessSpec, Supervisor

    settings = load_settings()
    migrate_database(settings)
    # One thread for a matrix, unless chosen: calls share the cores, and threads that wait for each
    # other make a small one slow.
    environ = {"OMP_NUM_THREADS": "1", **os.environ}
    supervisor = Supervisor(settings.store.folder / "logs", environ)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    for name, command in serve_commands(settings).items():
        supervisor.start(ProcessSpec(name, command))
    click.echo(f"web on {settings.serve.web_bind}, media on {settings.serve.media_bind}")
    click.echo(f"logs in {settings.store.folder / 'logs'}; Ctrl-C stops both")
    if nobody_may_log_in(settings):
        click.echo("nobody may log in yet; first: hotline users add NAME --role supervisor")
    stop.wait()
    supervisor.stop()


@main.command(epilog="Example: hotline worker")
def worker() -> None:
    """Run the work after calls: recordings, transcripts, scores."""
    from ops.worker import run

    load_settings()
    run()


@main.command(epilog="Example: hotline demo --once --report report.json")
@click.option("--once", is_flag=True, help="End by itself when the calls are scored.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write it as JSON.")
@click.option("--story", default="first_calls", show_default=True, help="Bundled story or file.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="Emptied at the start.",
)
def demo(once: bool, report: Path | None, story: str, folder: Path) -> None:
    """Start all parts on this machine and play four callers at once."""
    from ops.demo import Demo

    sys.exit(Demo(folder, story_text(story), once=once, report=report).run())


@main.command(epilog="Example: hotline simulate first_calls --box http://127.0.0.1:9000")
@click.argument("story")
@click.option("--box", required=True, help="Address of a running telephone company in a box.")
@click.option("--seconds", default=300, show_default=True, help="Longest the story may take.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def simulate(story: str, box: str, seconds: int, as_json: bool) -> None:
    """Play a story of callers and agents against a running Hotline."""
    import time

    from ops.demo_house import fetch_json

    begun = fetch_json(f"{box}/box/stories", {"story": story_text(story)})
    if begun is None:
        raise Failed(f"no story was begun at {box}; is the box running and the story valid?")
    deadline = time.monotonic() + seconds
    result = None
    while time.monotonic() < deadline:
        result = fetch_json(f"{box}/box/stories/{begun['id']}") or result
        if result and result["state"] != "running":
            break
        time.sleep(0.5)
    if result is None or result["state"] == "running":
        raise Failed(f"story {story!r} did not end within {seconds} s")
    click.echo(dump(result) if as_json else story_summary(result))
    sys.exit(0 if result["state"] == "done" else 1)


@main.command(epilog='Example: hotline say "您好" --lang zh --out hello.wav')
@click.argument("text")
@click.option("--lang", type=LANGUAGE, default="zh", show_default=True)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("say.wav"),
    show_default=True,
)
@click.option("--json", "as_json", is_flag=True)
def say(text: str, lang: str, out: Path, as_json: bool) -> None:
    """Write spoken text to a WAV file, as a caller would hear it (8 kHz)."""
    from audio.frames import RATE
    from audio.mulaw import decode
    from audio.wav import write_wav
    from tts.pyttsx3_speaker import Pyttsx3Speaker

    speaker = Pyttsx3Speaker(workers=1, scratch=out.absolute().parent)
    try:
        speech = guarded(lambda: speaker.speak(text, lang))
    finally:
        speaker.close()
    write_wav(out, decode(speech.ulaw), RATE)
    seconds = speech.ms / 1000
    click.echo(dump({"file": str(out), "seconds": seconds}) if as_json else f"{out}: {seconds} s")


@main.command(epilog='Example: hotline understand "我的快递到哪了" --json')
@click.argument("text", required=False, default="")
@click.option("--lang", type=LANGUAGE, default=None, help="Default: told from the text.")
@click.option("--now", default=None, help="Moment of the call (ISO 8601). Default: now.")
@click.option("--zone", default="Asia/Shanghai", show_default=True, help="The shop's time zone.")
@click.option("--json", "as_json", is_flag=True)
@click.option(
    "--jsonl", is_flag=True, help='Read {"id", "text", "lang", "now"} lines from standard input.'
)
def understand(
    text: str, lang: str | None, now: str | None, zone: str, as_json: bool, jsonl: bool
) -> None:
    """Tell what an utterance asks for: intents in order, and the values that it names."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from dialogue.cli_view import answer_line
    from dialogue.nlu.understander import Understander

    try:
        shop = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise Failed(f"--zone {zone!r} is no time zone, such as Asia/Shanghai") from unknown
    mind = Understander.load(shop)
    given = {"lang": lang, "now": now}
    answer = partial(answer_line, mind, zone=shop, now=datetime.now(UTC))
    if jsonl:
        answer_lines(lambda line: answer({**given, **line}))
        return
    if not text:
        raise click.UsageError("give a text, or --jsonl with lines on standard input")
    result = guarded(lambda: answer({**given, "text": text}))
    if as_json:
        click.echo(dump(result))
        return
    for intent in result["intents"]:
        click.echo(f"{intent['name']}  {intent['confidence']:.2f}  “{intent['text']}”")
    for entity in result["entities"]:
        click.echo(f"  {entity['type']} = {entity['value']}")


@main.command(epilog="Example: hotline chat --lang zh --customer +8613800000101")
@click.option("--lang", type=LANGUAGE, default="zh", show_default=True)
@click.option("--customer", default="+8613800000101", show_default=True, help="Number that calls.")
@click.option("--now", default=None, help="Moment of the call (ISO 8601). Default: now.")
@click.option("--shop", default="", help="Address of a shop. Default: the demo shop, seeded anew.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a turn.")
def chat(lang: str, customer: str, now: str | None, shop: str, as_json: bool) -> None:
    """Talk to the bot in writing: a line a turn; /2 presses a key, ... is silence."""
    from ops.cli_chat import talk

    try:
        moment = datetime.fromisoformat(now) if now else datetime.now(UTC)
    except ValueError:
        example = "2026-11-20T11:00:00+08:00"
        raise Failed(f"--now {now!r} is no ISO 8601 moment, such as {example}") from None
    guarded(lambda: talk(sys.stdin, customer, lang, moment, shop_url=shop, as_json=as_json))


@main.command(
    cls=WithTraining,
    epilog="Example: hotline emotion angry.wav --lang zh --json. "
    "To fit the voice model on calls of your own: hotline emotion train --help",
)
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--lang", type=LANGUAGE, default="zh", show_default=True)
@click.option(
    "--baseline",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The same caller's calm voice.",
)
@click.option(
    "--weights",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Voice model to use instead of the shipped one.",
)
@click.option("--json", "as_json", is_flag=True)
@click.option(
    "--jsonl", is_flag=True, help='Read {"id", "path", "baseline"} or {"id", "text", "lang"} lines.'
)
def emotion(
    files: tuple[Path, ...],
    lang: str,
    baseline: Path | None,
    weights: Path | None,
    as_json: bool,
    jsonl: bool,
) -> None:
    """Tell how upset a caller sounds: voice, words, and both together."""
    from ops.cli_emotion import EmotionView

    view = guarded(lambda: EmotionView(weights))
    if jsonl:
        answer_lines(lambda line: view.line(line, lang))
        return
    for file in files:
        result = guarded(partial(view.file, file, baseline, lang))
        click.echo(dump(result) if as_json else view.sentence(result))


@main.command(epilog="Example: hotline qa CA0123456789abcdef0123456789abcdef --json")
@click.argument("call")
@click.option("--json", "as_json", is_flag=True)
def qa(call: str, as_json: bool) -> None:
    """Score a recorded call, or show its score."""
    from ops.database.engine import import_models, make_engine, make_session_factory
    from qa.judge import Judge
    from qa.judge import as_json as score_json
    from qa.scorecard import load_scorecard

    settings = load_settings()
    import_models()
    judge = Judge(make_session_factory(make_engine(settings.store.database_url)), load_scorecard())
    result = score_json(guarded(lambda: judge.score_call(call, datetime.now(UTC))))
    if as_json:
        click.echo(dump(result))
        return
    score = "not scored" if result["score"] is None else result["score"]
    click.echo(f"{score}  {result['band']}")
    for finding in result["findings"]:
        click.echo(f"  {finding['verdict']:<15} {finding['criterion']}: {finding['reason']}")


@main.command(epilog="Example: hotline doctor --json")
@click.option("--json", "as_json", is_flag=True)
def doctor(as_json: bool) -> None:
    """Check every part, and say how to mend what is missing."""
    from ops.doctor import examine

    findings = examine(os.environ)
    if as_json:
        click.echo(dump([finding.as_json() for finding in findings]))
    else:
        for finding in findings:
            click.echo(finding.sentence())
    sys.exit(0 if all(finding.ok for finding in findings) else 1)


for command in (listen, models, users, agents, audit):
    main.add_command(command)


def story_text(story: str) -> str:
    """A file's text, or the name of a bundled story."""
    path = Path(story)
    return path.read_text(encoding="utf-8") if path.is_file() else story


def story_summary(result: dict[str, Any]) -> str:
    """A line a person, and what went wrong."""
    lines = [f"{person['name']}: {person['state']}" for person in result["callers"]]
    return "\n".join([*lines, *result["failures"], result["state"]])


if __name__ == "__main__":
    main()
