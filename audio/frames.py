"""The telephone's unit of time: 20 ms of 8 kHz sound (RFC 3551: PCMU, one byte a sample)."""

RATE = 8000
FRAME_MS = 20
FRAME_SAMPLES = RATE * FRAME_MS // 1000
FRAME_BYTES = FRAME_SAMPLES
"""One mu-law frame: a byte a sample."""
