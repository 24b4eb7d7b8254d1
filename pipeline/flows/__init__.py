"""The line as Prefect flows: retries, schedules, artifacts, forms; nothing is decided here."""
