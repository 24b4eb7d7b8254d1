"""Checks: what several fields, files or registries must agree on, one module per family."""
