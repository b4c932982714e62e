"""What the acoustic network hears: 40 cepstra each 10 ms, number for number those of libvosk.

The recogniser reads the same options from conf/mfcc.conf; a test holds the two together.
"""

import numpy as np
from numpy.typing import NDArray

from asr.training.errors import ToolMissing

RATE = 8000
"""Hz; libvosk itself brings wider sound down to it."""
CEPSTRA = 40
FRAME_SECONDS = 0.01
WINDOW_SECONDS = 0.025
_LOWEST_HERTZ, _HIGHEST_HERTZ = 40, -200
"""The second counts from half the rate downwards."""

MFCC_CONF = "".join(
    f"--{option}\n"
    for option in (
        f"sample-frequency={RATE}",
        f"num-mel-bins={CEPSTRA}",
        f"num-ceps={CEPSTRA}",
        f"low-freq={_LOWEST_HERTZ}",
        f"high-freq={_HIGHEST_HERTZ}",
        "use-energy=false",
        "dither=0.0",
    )
)
"""The file conf/mfcc.conf; without dither the same sound always gives the same words."""

Features = NDArray[np.float32]
"""A row each 10 ms."""


def mfcc(samples: NDArray[np.integer] | NDArray[np.floating]) -> Features:
    """Cepstra of 8 kHz samples in the range of int16; no rows where there is no whole window."""
    try:
        import kaldi_native_fbank
    except ImportError:
        raise ToolMissing("kaldi-native-fbank", "setup-acoustic") from None
    options = kaldi_native_fbank.MfccOptions()
    options.frame_opts.samp_freq = RATE
    options.frame_opts.dither = 0.0
    options.mel_opts.num_bins = CEPSTRA
    options.mel_opts.low_freq = _LOWEST_HERTZ
    options.mel_opts.high_freq = _HIGHEST_HERTZ
    options.num_ceps = CEPSTRA
    options.use_energy = False
    computer = kaldi_native_fbank.OnlineMfcc(options)
    computer.accept_waveform(RATE, samples.astype(np.float32))
    computer.input_finished()
    frames = range(computer.num_frames_ready)
    if not frames:
        return np.zeros((0, CEPSTRA), np.float32)
    return np.stack([computer.get_frame(frame) for frame in frames])
