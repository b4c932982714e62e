"""PCM as numbers: G.711 mu-law, 20 ms frames, resampling, WAV."""
