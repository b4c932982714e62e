"""Makes the decoding graph of our own Vosk models: words and sentences in, lookahead graph out."""
