"""The web window: live calls, agent desk, calls, log-in."""
