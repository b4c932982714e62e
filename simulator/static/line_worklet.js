// The sound side of a browser telephone, on the audio thread: microphone down to 8 kHz, line up to the
// loudspeaker's rate, both through a windowed-sinc filter, and a jitter buffer in between.

const LINE_RATE = 8000;
const FRAME = 160; // 20 ms
const START_MS = 80; // sound starts when this much is buffered ...
const LIMIT_MS = 160; // ... and jumps back to it when more than this has piled up
const PHASES = 64; // positions between two samples that the filter knows

/** Low-pass of `taps` samples at `cutoff` (1 = half the rate), one row for each fractional position. */
function filterBank(taps, cutoff) {
  return Array.from({ length: PHASES + 1 }, (_, phase) => {
    const row = new Float32Array(taps);
    let sum = 0;
    for (let i = 0; i < taps; i += 1) {
      const x = i - (taps / 2 - 1) - phase / PHASES;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * cutoff * x) / (Math.PI * cutoff * x);
      row[i] = sinc * (0.54 + 0.46 * Math.cos((2 * Math.PI * x) / taps));
      sum += row[i];
    }
    return row.map((value) => value / sum);
  });
}

/** Changes the rate of a stream of samples; keeps what it needs between pieces. */
class Resampler {
  constructor(fromRate, toRate) {
    this.step = fromRate / toRate;
    const ratio = Math.max(1, this.step);
    // 3.4 kHz is the telephone's upper edge; 32 taps at the lower rate leave about 500 Hz of slope
    const taps = 2 * Math.ceil(16 * ratio);
    this.bank = filterBank(taps, (2 * 3400) / fromRate);
    this.taps = taps;
    this.kept = new Float32Array(taps);
    this.position = 0; // of the next output sample in `kept`
  }

  push(samples) {
    const all = new Float32Array(this.kept.length + samples.length);
    all.set(this.kept);
    all.set(samples, this.kept.length);
    const made = [];
    while (Math.floor(this.position) + this.taps <= all.length) {
      const start = Math.floor(this.position);
      const row = this.bank[Math.round((this.position - start) * PHASES)];
      let sum = 0;
      for (let i = 0; i < this.taps; i += 1) sum += row[i] * all[start + i];
      made.push(sum);
      this.position += this.step;
    }
    const used = Math.min(Math.floor(this.position), all.length);
    this.kept = all.slice(used);
    this.position -= used;
    return made;
  }
}

/** Microphone in, frames of 160 samples out through the port; frames from the port, loudspeaker out. */
class LineProcessor extends AudioWorkletProcessor {
  constructor() {
    super();
    this.down = new Resampler(sampleRate, LINE_RATE);
    this.up = new Resampler(LINE_RATE, sampleRate);
    this.spoken = [];
    this.heard = [];
    this.isPlaying = false;
    this.isOver = false;
    this.port.onmessage = ({ data }) => {
      if (data === "over") this.isOver = true;
      else this.buffer(data);
    };
  }

  buffer(samples) {
    for (const sample of this.up.push(samples)) this.heard.push(sample);
    const limit = (LIMIT_MS * sampleRate) / 1000;
    const wanted = (START_MS * sampleRate) / 1000;
    if (this.heard.length > limit) this.heard.splice(0, this.heard.length - wanted);
    if (this.heard.length >= wanted) this.isPlaying = true;
  }

  process([microphone], [loudspeaker]) {
    const input = microphone[0];
    if (input) this.speak(input);
    const output = loudspeaker[0];
    if (this.heard.length < output.length) this.isPlaying = false; // ran dry: gather again
    if (this.isPlaying) output.set(this.heard.splice(0, output.length));
    return !this.isOver;
  }

  speak(input) {
    for (const sample of this.down.push(input)) this.spoken.push(sample);
    while (this.spoken.length >= FRAME) {
      this.port.postMessage(Float32Array.from(this.spoken.splice(0, FRAME)));
    }
  }
}

registerProcessor("hotline-line", LineProcessor);
