"""Remembers, on Redis: waiting callers, agents' presence, reservations. One move, one script."""
