"""`hotline emotion train`: the acoustic model fitted anew on a user's own labelled calls."""

import json
from pathlib import Path
from typing import Any

import click


class WithTraining(click.Command):
    """A command that takes files, and whose first word `train` is a command of its own."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """As click does; `train` and what follows goes to `train`."""
        if args[:1] == ["train"]:
            return train.make_context(f"{info_name} train", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command(epilog="Example: hotline emotion train calls.csv --out our_weights.json")
@click.argument("labels", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Where the weights go; try them with hotline emotion --weights.",
)
@click.option("--json", "as_json", is_flag=True)
def train(labels: Path, out: Path, as_json: bool) -> None:
    """Fit the voice model on LABELS, a CSV with the columns path, label, speaker.

    Labels: angry, happy, neutral (or calm), sad, fear, surprise, disgust. Paths are relative to the
    file; only the first channel, the caller's, is heard.
    """
    from audio.errors import AudioError
    from emotion.corpus import CLEAN, measure, read_labels
    from emotion.errors import EmotionError
    from emotion.train import anger_ranking, fit
    from emotion.weights import save_models

    try:
        measured = measure(read_labels(labels), CLEAN)
        weights = fit(measured, version=f"own-{labels.stem}", about=f"Fitted on {labels.name}.")
        save_models(out, [weights])
    except (EmotionError, AudioError, OSError) as problem:
        raise click.ClickException(str(problem)) from problem
    silent = sum(not m.windows for m in measured)
    result = {
        "weights": str(out),
        "recordings": len(measured) - silent,
        "without_voice": silent,
        "speakers": len({m.clip.speaker for m in measured}),
        "anger_auc_on_unheard_speakers": round(anger_ranking(measured), 3),
    }
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    for name, value in result.items():
        click.echo(f"{name.replace('_', ' ')}: {value}")
