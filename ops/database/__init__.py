"""The SQL database: declarative base, column types, sessions, migrations."""
