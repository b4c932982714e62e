"""Settings, database, logs, jobs, worker, command line, health, seed data."""
