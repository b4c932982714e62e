"""Judging: scorecards as data, checks with evidence, scoring."""
