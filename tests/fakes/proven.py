"""A caller who has shown who they are earlier in the call, for tests about something else."""

from dialogue.proofs import NAME, ORDER

PROVEN = {NAME: "yes", ORDER: "yes"}
"""Slots of the memory."""
