"""Remembers, on Redis: waiting callers, agents' presence, reservations. Every move is one script."""
