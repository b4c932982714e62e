"""Sound at rest: intake, channels, transcripts, playback."""
