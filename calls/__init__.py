"""The record that everything else points to: call, leg, turn, event."""
