"""Decides: skills, priority, overflow, expected wait. Remembers nothing."""
