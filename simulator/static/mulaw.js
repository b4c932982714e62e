// G.711 mu-law in numbers from -1 to 1: what the telephone line carries, one byte a sample.

const BIAS = 0x84;
const CLIP = 32635;

const DECODED = new Float32Array(256).map((_, byte) => {
  const code = ~byte & 0xff;
  const magnitude = ((((code & 0x0f) << 3) + BIAS) << ((code >> 4) & 0x07)) - BIAS;
  return (code & 0x80 ? -magnitude : magnitude) / 32768;
});

function encodeSample(value) {
  const sample = Math.round(Math.max(-1, Math.min(1, value)) * 32767);
  const biased = Math.min(Math.abs(sample), CLIP) + BIAS;
  const exponent = Math.floor(Math.log2(biased)) - 7;
  const mantissa = (biased >> (exponent + 3)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
}

/** Mu-law bytes of samples. */
export function encode(samples) {
  return Uint8Array.from(samples, encodeSample);
}

/** Samples of mu-law bytes. */
export function decode(bytes) {
  return Float32Array.from(bytes, (byte) => DECODED[byte]);
}
