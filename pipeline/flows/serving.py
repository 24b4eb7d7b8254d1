"""Running the deployments of an archive in one process, without a work pool and worker."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import prefect
import yaml
from prefect import Flow
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Schedule
from prefect.types.entrypoint import EntrypointType

from pipeline import resources


def serve(inboxes: Sequence[Path], archive: Path) -> None:
    """Run what the schedules and the page ask for, until this process is told to stop.

    The schedules stay as they are when it stops: who paused one finds it paused again.
    """
    # Prefect says so of its own end by SIGTERM (3.8.8).
    warnings.filterwarnings("ignore", "coroutine 'Runner.astop' was never awaited", RuntimeWarning)
    # Its limit counts a review that is answered quickly twice, and then ends all (3.8.8).
    prefect.serve(
        *deployments(inboxes, archive),
        pause_on_shutdown=False,
        print_starting_message=False,
        limit=None,
    )


def deployments(inboxes: Sequence[Path], archive: Path) -> Iterator[RunnerDeployment]:
    """The deployments that `prefect.yaml` declares, for these inboxes and this archive."""
    given = {"inbox": [str(one.absolute()) for one in inboxes], "archive": str(archive.absolute())}
    for one in declared():
        module, _, name = one["entrypoint"].rpartition(".")
        flow: Flow[..., Any] = getattr(importlib.import_module(module), name)
        made = flow.to_deployment(
            one["name"],
            description=one["description"],
            tags=one["tags"],
            parameters={name: given[name] for name in one["parameters"]},
            schedules=[Schedule(**schedule) for schedule in one.get("schedules", ())],
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        assert isinstance(made, RunnerDeployment)  # a coroutine only within an event loop
        yield made


def declared() -> list[dict[str, Any]]:
    """The deployments as `prefect.yaml` has them."""
    found: list[dict[str, Any]] = yaml.safe_load(resources.deployments().read_bytes())[
        "deployments"
    ]
    return found
