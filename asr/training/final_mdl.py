"""Writes am/final.mdl: which sounds there are, and the network that scores them.

Behind the network ln p(sound) becomes what the decoder adds up: the sounds' shares in training are
taken out, what is left is shared out between the sounds again, and all is scaled against the
language model. A vowel counts whole and its tone in part, for strange voices' tones are less clear
than their vowels. So a sound that is clearly heard scores nearly nothing and any other far less.
The sounds of unknown words score always the same amount less than the likeliest sound of the
moment: they are dearer than the right phones, cheaper than wrong ones, and no cheaper for noise,
in which no sound is clear (after Boite and others, "online garbage", Eurospeech 1993).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from asr.training.acoustic_network import AcousticNetwork, Affine, Matrix, log_softmax
from asr.training.features import CEPSTRA
from asr.training.kaldi_binary import Writer
from asr.training.labels import STEP
from asr.training.phone_sets import PhoneSet
from asr.training.transition_model import phone_shapes, write_transition_model


@dataclass(frozen=True, slots=True)
class Scoring:
    """What turns posteriors into scores."""

    prior_power: float = 0.8
    """How much of a sound's share in training is taken out; 1 would be Bayes' rule."""
    tone: float = 1.0
    """How much a vowel's tone counts beside the vowel; 0 would leave tones to the language model.

    1 less this must be k / (255 - k) for a whole k: the file holds a byte a number, and only then
    nought is nought.
    """
    scale: float = 0.6
    """Of all acoustic scores: neighbouring frames are no independent witnesses."""
    unknown_word: float = 2.4
    """How far below the likeliest sound, before the scale, each decoded frame; in grammars."""
    unknown_talk: float = 1.8
    """The same in free decoding, where the language model has its say too."""


_SHARPNESS = 4.0
"""The likeliest sound's score is taken as ln(sum of p^4) / 4: nnet3 has no maximum."""


def final_mdl(
    network: AcousticNetwork, phones: PhoneSet, scoring: Scoring, decoder: Affine | None = None
) -> bytes:
    """The bytes of the file; `decoder` stands in for the last layer that `scoring` makes, which
    reads the sounds' shares and then the same made sharper.
    """
    writer = Writer()
    write_transition_model(writer, phone_shapes(phones))
    writer.token("<Nnet3>")
    graph = _Graph()
    graph.add_network(network)
    graph.add_scoring(network.priors, scoring, toned_outputs(phones))
    shared = graph.last
    graph.add_sharpening(network.shape.outputs)
    scores = decoder or _scores(network.shape.outputs, scoring)
    graph.add_affine("scores", f"Append({shared}, {graph.last})", scores)
    graph.write(writer)
    writer.token("</Nnet3>")
    for name in ("<LeftContext>", "<RightContext>"):
        writer.token(name)
        writer.integer(network.shape.context)
    writer.token("<Priors>")
    writer.floats([])
    return writer.data()


def toned_outputs(phones: PhoneSet) -> list[range]:
    """The outputs of each vowel that has tones; silence is output 0."""
    bases = [phone.rstrip("12345") for phone in ("", *phones.phones)]
    groups = (range(bases.index(base), bases.index(base) + bases.count(base)) for base in bases)
    return [group for group in dict.fromkeys(groups) if len(group) > 1]


def shared_out(
    log_posteriors: Matrix, priors: Matrix, scoring: Scoring, toned: Sequence[range] = ()
) -> Matrix:
    """How likely each sound is by the sound alone, as shares of one."""
    tones = [log_softmax(log_posteriors[:, group.start : group.stop]) for group in toned]
    given = np.hstack([log_posteriors, *tones])
    return log_softmax(without_priors(priors, scoring, toned)(given))


def without_priors(priors: Matrix, scoring: Scoring, toned: Sequence[range]) -> Affine:
    """Of ln p(sound), and of ln p(tone) of each vowel, of which too much is taken out again."""
    outputs, likely = len(priors), np.log(priors)
    rows = [row for group in toned for row in group]
    weights = np.eye(outputs, outputs + len(rows))
    weights[rows, range(outputs, outputs + len(rows))] = scoring.tone - 1
    tones = [log_softmax(likely[None, group.start : group.stop])[0] for group in toned]
    bias = -scoring.prior_power * (weights @ np.concatenate([likely, *tones]))
    return Affine(weights.astype(np.float32), bias.astype(np.float32))


def _scores(outputs: int, scoring: Scoring) -> Affine:
    """The sounds' own scores, then those of unknown word and talk.

    Both begin from the likeliest sound: of any one sound, what its share differs in from its
    sharper share by a fourth is ln(sum of p^4) / 4; the first is as good as any.
    """
    weights = np.zeros((outputs + 2, 2 * outputs))
    weights[:outputs, :outputs] = np.eye(outputs)
    weights[outputs:, [0, outputs]] = 1, -1 / _SHARPNESS
    bias = np.zeros(outputs + 2)
    bias[outputs:] = -scoring.unknown_word, -scoring.unknown_talk
    return Affine(*((part * scoring.scale).astype(np.float32) for part in (weights, bias)))


@dataclass(slots=True)
class _Graph:
    """nnet3's two lists: how components are joined, and what they hold."""

    last: str = "input"
    _nodes: list[str] = field(default_factory=lambda: [f"input-node name=input dim={CEPSTRA}"])
    _components: list[tuple[str, str, Affine | int]] = field(default_factory=list)

    def add_network(self, network: AcousticNetwork) -> None:
        """Everything up to ln p of every output."""
        shape = network.shape
        reach = range(-shape.reach, shape.reach + 1)
        self.add_affine("first", _appended("input", reach), network.first)
        self._add_simple("first.relu", "RectifiedLinearComponent", self.last, shape.width)
        for number, block in enumerate(network.blocks, start=1):
            before = self.last
            name = f"block{number}"
            self.add_affine(f"{name}.narrow", _appended(before, (-STEP, 0)), block.narrow)
            self.add_affine(f"{name}.wide", _appended(self.last, (0, STEP)), block.wide)
            self._add_simple(f"{name}.relu", "RectifiedLinearComponent", self.last, shape.width)
            self._add_simple(name, "NoOpComponent", f"Sum({before}, {self.last})", shape.width)
        self.add_affine("last", self.last, network.last)
        self._add_simple("posteriors", "LogSoftmaxComponent", self.last, shape.outputs)

    def add_scoring(self, priors: Matrix, scoring: Scoring, toned: Sequence[range]) -> None:
        """What `shared_out` does."""
        posteriors = self.last
        tones = [self._add_tones(posteriors, group) for group in toned]
        given = f"Append({', '.join([posteriors, *tones])})" if tones else posteriors
        self.add_affine("likely", given, without_priors(priors, scoring, toned))
        self._add_simple("shared", "LogSoftmaxComponent", self.last, len(priors))

    def _add_tones(self, posteriors: str, group: range) -> str:
        """The node of ln p(tone) of one vowel."""
        name = f"vowel{group.start}"
        extent = f"dim={len(group)} dim-offset={group.start}"
        self._nodes.append(f"dim-range-node name={name} input-node={posteriors} {extent}")
        self._add_simple(f"tones{group.start}", "LogSoftmaxComponent", name, len(group))
        return self.last

    def add_sharpening(self, outputs: int) -> None:
        """ln of the shares' fourth powers, as shares of one again."""
        sharper = Affine(
            np.eye(outputs, dtype=np.float32) * np.float32(_SHARPNESS),
            np.zeros(outputs, dtype=np.float32),
        )
        self.add_affine("sharper", self.last, sharper)
        self._add_simple("sharp", "LogSoftmaxComponent", self.last, outputs)

    def add_affine(self, name: str, given: str, layer: Affine) -> None:
        self._join(name, given)
        self._components.append((name, "FixedAffineComponent", layer))

    def _add_simple(self, name: str, kind: str, given: str, width: int) -> None:
        self._join(name, given)
        self._components.append((name, kind, width))

    def _join(self, name: str, given: str) -> None:
        self._nodes.append(f"component-node name={name} component={name} input={given}")
        self.last = name

    def write(self, writer: Writer) -> None:
        """The text of the nodes, then the components."""
        output = f"output-node name=output input={self.last} objective=linear"
        writer.text("\n" + "\n".join([*self._nodes, output]) + "\n\n")
        writer.token("<NumComponents>")
        writer.integer(len(self._components))
        for name, kind, content in self._components:
            writer.token("<ComponentName>")
            writer.token(name)
            writer.token(f"<{kind}>")
            if isinstance(content, Affine):
                _write_affine(writer, content)
            elif kind == "NoOpComponent":
                _write_pass(writer, content)
            else:
                _write_nonlinearity(writer, content)
            writer.token(f"</{kind}>")


def _appended(node: str, offsets: Sequence[int]) -> str:
    """The node at several times, side by side."""
    return f"Append({', '.join(_shifted(node, offsets))})"


def _shifted(node: str, offsets: Sequence[int]) -> Iterator[str]:
    for offset in offsets:
        yield f"Offset({node}, {offset})" if offset else node


def _write_affine(writer: Writer, layer: Affine) -> None:
    writer.token("<LinearParams>")
    writer.matrix(layer.weights)
    writer.token("<BiasParams>")
    writer.floats(layer.bias)


def _write_pass(writer: Writer, width: int) -> None:
    """What gives out its input; the scale only matters in training."""
    writer.token("<Dim>")
    writer.integer(width)
    writer.token("<BackpropScale>")
    writer.real(1.0)


def _write_nonlinearity(writer: Writer, width: int) -> None:
    """Statistics of training are left empty."""
    writer.token("<Dim>")
    writer.integer(width)
    for name in ("<ValueAvg>", "<DerivAvg>"):
        writer.token(name)
        writer.floats([])
    writer.token("<Count>")
    writer.double(0.0)
