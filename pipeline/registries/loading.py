"""Where registries are kept: built-in snapshots in memory, loaded dumps in one SQLite file."""

from __future__ import annotations

import hashlib
import importlib
import os
import pkgutil
import sqlite3
import sys
from functools import cache
from pathlib import Path
from typing import Protocol, cast

from pipeline.registries import store
from pipeline.registries.archive import Unreadable
from pipeline.registries.facade import Registries
from pipeline.registries.store import Dump, Progress, Snapshot
from pipeline.resources import schemas

STORE = "registries.sqlite"


class Registry(Protocol):
    """What the module of a registry has."""

    NAME: str
    OFFICIAL: str
    VOCABULARIES: tuple[str, ...]

    def built_in(self) -> Dump:
        """The small snapshot, read from the vocabularies."""

    def read(self, path: Path) -> Dump:
        """The official dump, read as a stream."""


@cache
def registries() -> dict[str, Registry]:
    """The registries there are, by name: the modules of this package that read a dump."""
    here = __name__.rpartition(".")[0]
    modules = [
        importlib.import_module(f"{here}.{module.name}")
        for module in pkgutil.iter_modules([str(Path(__file__).parent)])
    ]
    found = [cast(Registry, module) for module in modules if hasattr(module, "OFFICIAL")]
    return {module.NAME: module for module in sorted(found, key=lambda module: module.NAME)}


def data_folder() -> Path:
    """Where loaded dumps are kept (`BIA_REGISTRIES`, else the user's data folder)."""
    if given := os.environ.get("BIA_REGISTRIES"):
        return Path(given)
    if sys.platform == "win32":
        home = Path(os.environ.get("LOCALAPPDATA", Path.home()))
    elif sys.platform == "darwin":
        home = Path.home() / "Library" / "Application Support"
    else:
        home = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))
    return home / "bia-curation" / "registries"


@cache
def _built_in(vocabularies: Path) -> sqlite3.Connection:
    """The built-in snapshots of one folder of vocabularies, in memory."""
    connection = store.connect(None)
    for name, registry in registries().items():
        digested = hashlib.sha256()
        for file in registry.VOCABULARIES:
            digested.update((vocabularies / f"{file}.csv").read_bytes())
        store.write(connection, name, registry.built_in(), digested.hexdigest(), complete=False)
    return connection


@cache
def _opened(path: Path, state: tuple[int, int], process: int) -> sqlite3.Connection:
    """A store of loaded dumps, opened to read; anew when the file has changed, or after a fork."""
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, check_same_thread=False)


def local(folder: Path | None = None) -> Registries:
    """The registries of this computer: loaded dumps, and behind them the built-in snapshots."""
    built_in = _built_in(schemas() / "vocabularies")
    path = (folder or data_folder()).absolute() / STORE
    loaded = None
    if path.is_file():
        state = path.stat()
        loaded = _opened(path, (state.st_mtime_ns, state.st_size), os.getpid())
    return Registries(built_in=built_in, loaded=loaded)


def listing(folder: Path | None = None) -> tuple[Snapshot, ...]:
    """Every registry with its snapshot, in the order of names."""
    return local(folder).snapshots


def refresh(
    name: str, path: Path, progress: Progress | None = None, folder: Path | None = None
) -> Snapshot:
    """Load the official dump of a registry into the store, in place of what was there.

    Raises KeyError for an unknown registry, `archive.Unreadable` for a file that is not its dump,
    FileNotFoundError. Nothing is replaced unless the whole dump was read.
    """
    registry = registries()[name]
    if not path.exists():
        raise FileNotFoundError(path)
    where = folder or data_folder()
    where.mkdir(parents=True, exist_ok=True)
    connection = store.connect(where / STORE)
    try:
        digested = store.digest(path) if path.is_file() else ""
        return store.write(
            connection, name, registry.read(path), digested, complete=True, progress=progress
        )
    except (OSError, sqlite3.Error):
        raise
    except Unreadable as why:
        raise Unreadable(f"{why}; {name} is read from {registry.OFFICIAL}") from why
    except Exception as why:
        said = f"{path.name} does not read as {registry.OFFICIAL}"
        raise Unreadable(f"{said} ({type(why).__name__}: {why})") from why
    finally:
        connection.close()
