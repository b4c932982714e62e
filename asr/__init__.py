"""Sound to words: Vosk, voice activity, endpointing, models."""
