"""The line as Prefect flows: retries, schedules, artifacts; nothing is decided here."""
