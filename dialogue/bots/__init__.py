"""Bots: each gets a few kinds of requests done. To add one: a file here, its prompts, build.py."""
