"""`hotline audit`: who changed what about people, and whether the log is whole."""

import sys
from typing import Any

import click

from ops.cli_ground import dump
from ops.cli_people import database


@click.command(epilog="Example: hotline audit --json")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def audit(as_json: bool) -> None:
    """Show who let people in and out, newest first; ends with 1 if an entry was altered."""
    from security.audit import AuditLog

    with database() as sessions:
        log = AuditLog(sessions)
        rows: list[dict[str, Any]] = [
            {
                "number": entry.id,
                "at": entry.at.isoformat(timespec="seconds"),
                "by": entry.by,
                "deed": entry.deed,
                "about": entry.about,
                "details": entry.details,
            }
            for entry in log.entries()
        ]
        altered = log.first_altered()
    if as_json:
        click.echo(dump({"entries": rows, "first_altered": altered}))
    else:
        _print(rows, altered)
    sys.exit(0 if altered is None else 1)


def _print(rows: list[dict[str, Any]], altered: int | None) -> None:
    for row in rows:
        told = {name: value for name, value in row["details"].items() if value is not None}
        details = ", ".join(f"{name} {value}" for name, value in told.items())
        click.echo(f"{row['at']}  {row['by']:<16} {row['deed']:<16} {row['about']:<20} {details}")
    if altered is not None:
        click.echo(f"entry {altered} was altered, or one before it taken away", err=True)
