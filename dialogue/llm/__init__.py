"""A language model's second opinion on what a caller means; never needed, never trusted."""
