"""Files behind URLs, through fsspec: S3, HTTP, FTP and what else is installed; by byte ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Literal, TypeVar

from pipeline.images.opened import LIMIT, Enough

MOST = LIMIT - (1 << 17)
"""Bytes fetched of a file by one process: the reader process fetches for itself."""
BLOCK = 1 << 14
"""Bytes that are asked for at once at least: a header is read in many small parts."""
LISTED = ("s3://", "http://", "https://", "ftp://")
MOST_LISTED = 64
"""Folders whose listings are kept: a bucket may hold millions of files."""
T = TypeVar("T")


def _asked(what: str, ask: Callable[[], T]) -> T:
    """The answer of a server. Raises OSError, whatever its protocol raises."""
    try:
        return ask()
    except OSError:
        raise
    except Exception as error:
        raise OSError(0, f"{type(error).__name__}: {error}"[:300], what) from error


def system(url: str, anonymous: bool = False) -> tuple[Any, str]:
    """The file system of a URL and the path in it. Raises OSError for an unknown protocol."""

    def made() -> tuple[Any, str]:
        from fsspec.core import url_to_fs

        more: dict[str, Any] = {"anon": True} if anonymous else {}
        if url.startswith(LISTED):
            more["max_paths"] = MOST_LISTED
        found, path = url_to_fs(url, **more)
        return found, str(path)

    return _asked(url, made)


def _with(url: str, ask: Callable[[Any, str], T]) -> T:
    """Ask a file system; a bucket that needs no credentials is asked without them."""
    try:
        return _asked(url, lambda: ask(*system(url)))
    except OSError:
        if not url.startswith(("s3://", "gs://", "gcs://")):
            raise
        return _asked(url, lambda: ask(*system(url, anonymous=True)))


class Served:
    """A file behind a URL; less than 1 MiB is fetched for its header."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._spent = 0
        self._blocks: dict[int, bytes] = {}
        self.size, self._file = _with(url, _opened)

    def fetch(self, offset: int, count: int) -> bytes:
        """Bytes of the file, fetched in whole blocks that are kept."""
        first, last = offset // BLOCK, (offset + count - 1) // BLOCK
        missing = [n for n in range(first, last + 1) if n not in self._blocks]
        if missing:
            start = missing[0] * BLOCK
            length = min((missing[-1] + 1) * BLOCK, self.size) - start
            self._spent += length
            if self._spent > MOST:
                raise Enough
            data = self.piece(start, length)
            for number in range(missing[0], missing[-1] + 1):
                at = number * BLOCK - start
                self._blocks[number] = data[at : at + BLOCK]
        found = b"".join(self._blocks[number] for number in range(first, last + 1))
        return found[offset - first * BLOCK :][:count]

    def piece(self, offset: int, count: int) -> bytes:
        """Bytes of the file in one request."""

        def asked() -> bytes:
            self._file.seek(offset)
            data: bytes = self._file.read(count)
            return data

        return _asked(self._url, asked)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()


def _opened(files: Any, path: str) -> tuple[int, Any]:
    """Size and file object; none for an empty file."""
    told = files.info(path)
    if told["type"] == "directory":
        raise IsADirectoryError(21, "it is a folder", path)
    size = told.get("size")
    if size is None or not told.get("partial", True):
        raise OSError(0, "the server gives no byte ranges", path)
    return int(size), files.open(path, "rb", cache_type="none") if size else None


def whole(url: str) -> Iterator[bytes]:
    """The content of a file in pieces of 1 MiB, in one request of a web server. Raises OSError."""
    more = {"block_size": 0} if url.startswith(("http://", "https://")) else {"cache_type": "none"}

    def opened(files: Any, path: str) -> Any:
        try:
            return files.open(path, "rb", **more)
        except Exception as error:
            # who may not list a public bucket is answered 403 for what is not there
            if getattr(error, "status", None) in (403, 404, 410):
                raise FileNotFoundError(2, "it is not there", url) from error
            raise

    file = _with(url, opened)
    try:
        while piece := _asked(url, partial(file.read, LIMIT)):
            yield piece
    finally:
        file.close()


def listing(url: str) -> list[tuple[str, int | None]]:
    """Names in a folder with the sizes of files, None for a folder. Raises OSError."""

    def asked(files: Any, path: str) -> list[tuple[str, int | None]]:
        found = []
        for one in files.ls(path, detail=True):
            name = str(one["name"]).rstrip("/").rpartition("/")[2]
            inside = str(one["name"]).rstrip("/") != str(path).rstrip("/")
            if name and inside and not name.startswith("?"):
                found.append((name, None if one["type"] == "directory" else int(one["size"] or 0)))
        return found

    return _with(url, asked)


def there(url: str) -> Literal["file", "folder"] | None:
    """What stands at a URL. Of a web server only `…/`, `….zarr` and `….n5` are folders."""
    if url.startswith(("http://", "https://")) and url.endswith(("/", ".zarr", ".n5")):
        return "folder"

    def asked(files: Any, path: str) -> Literal["file", "folder"] | None:
        try:
            return "folder" if files.info(path)["type"] == "directory" else "file"
        except FileNotFoundError:
            return None

    try:
        return _with(url, asked)
    except OSError:
        return None
