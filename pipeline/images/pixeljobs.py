"""Jobs of the worker process that read pixels: each once, in bounded memory."""

from __future__ import annotations

import contextlib
import functools
import itertools
import math
import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

MOST_PIXELS = 1 << 30
MOST_SECOND = 1 << 28
"""Pixels, and bytes of a file, that a second decoder is given."""
MOST_UNPACKED = 512 << 20
"""Bytes of a strip, tile, chunk or frame beyond which it is not unpacked: there is no room."""
MOST_AT_ONCE = 256 << 20
"""Bytes of a shard beyond which its chunks are read one by one."""
COPIES, ROOM = 4, 512 << 20
"""Copies of pixels that may exist while they unpack, and bytes for everything else."""
PACKED = frozenset({5, 7, 8, 32773, 32946, 33003, 33004, 33005, 34712, 34925, 50000})
"""TIFF compressions to try: LZW, JPEG, Deflate, PackBits, JPEG 2000, LZMA, Zstandard."""
DEFLATED = frozenset({8, 32946})
MARKED = frozenset({22610, 34887, 34892, 34933, 34934, 50001, 50002, 52546})
"""Others whose streams begin with marks: JPEG XR, LERC, JPEG, PNG, WebP, JPEG XL."""
_LOSSLESS = re.compile(rb"\xff[\xc3\xc7\xcb]\x00[\x0b\x0e\x11\x14]")
"""The start of a lossless JPEG frame of one to four components."""


def source(path: str, whole: bool = False) -> Any:
    """A path on disk as it is, any other as a file object."""
    from pipeline.images.opened import Opened, Readable, away

    return Readable(Opened(path), whole) if away(path) else path


def tiff(path: str) -> dict[str, Any]:
    """Decompress every strip and tile of a TIFF once, one at a time."""
    import tifffile

    unread: dict[str, Any] = {}
    try:
        opened = tifffile.TiffFile(source(path, whole=True))
    except IndexError:
        # an LSM is taken to have a small picture for each large one
        opened = tifffile.TiffFile(source(path, whole=True), is_lsm=False)
    with opened as file:
        for number, page in enumerate(file.pages, 1):
            if not isinstance(page, tifffile.TiffPage):
                page = page.aspage()
            length = _segment(page)
            if page.compression in MARKED and (blank := _blank(page)):
                text = f"strip or tile {blank} of page {number} holds nothing but zero bytes"
                return {"damaged": text}
            if page.compression not in PACKED:
                continue
            if length > MOST_UNPACKED:
                unread = {"unread": f"a strip or tile of page {number} takes {length:,} bytes"}
                continue
            try:
                with room(length):
                    for _ in page.segments(maxworkers=1):
                        pass
            except MemoryError:
                text = f"a part of page {number} unpacks to far more than its {length:,} bytes"
                return {"damaged": text}
            except Exception as error:  # noqa: BLE001  codecs raise their own kinds
                if page.compression in DEFLATED and _inflates(page, length):
                    continue
                if "codec" in str(error).lower() and "requires" in str(error).lower():
                    return {"unread": f"for page {number} there is no decoder here"}
                return {"damaged": f"page {number} cannot be decompressed: {error}"[:300]}
    return unread


def _inflates(page: Any, length: int) -> bool:
    """Whether every strip and tile inflates to its end: the last may hold rows below the image."""
    import zlib

    from pipeline.images import unpacking

    for at, count in zip(page.dataoffsets, page.databytecounts, strict=True):
        if not count:
            continue
        page.parent.filehandle.seek(at)
        try:
            total = sum(unpacking.unpacked([page.parent.filehandle.read(count)], "zlib"))
        except (zlib.error, unpacking.Ended):
            return False
        if total > length:
            return False
    return True


def _blank(page: Any) -> int:
    """The number of the first strip or tile of which every byte is zero, or 0."""
    for number, (at, count) in enumerate(zip(page.dataoffsets, page.databytecounts, strict=False)):
        if count < 16 or not at:
            continue
        page.parent.filehandle.seek(at)
        if not page.parent.filehandle.read(min(count, MOST_AT_ONCE)).strip(b"\0"):
            return number + 1
    return 0


def _segment(page: Any) -> int:
    """Bytes of the pixels of one strip or tile."""
    if page.is_tiled:
        shape = (page.tiledepth, page.tilelength, page.tilewidth)
    else:
        shape = (1, min(page.rowsperstrip or page.imagelength, page.imagelength), page.imagewidth)
    width = page.dtype.itemsize if page.dtype is not None else 8
    return int(math.prod(shape) * width * page.samplesperpixel)


def picture(path: str) -> dict[str, Any]:
    """Decode a JPEG, GIF, WebP or JPEG 2000 picture once."""
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    pixels = MOST_PIXELS
    try:
        with Image.open(source(path, whole=True)) as image:
            pixels = image.width * image.height
            if _needed(image) > _room_left():
                return {"unread": f"it has {pixels:,} pixels"}
            image.load()
    except UnidentifiedImageError:
        return {}
    except Image.DecompressionBombError:
        return {"unread": f"it has more than {2 * MOST_PIXELS:,} pixels"}
    except (OSError, SyntaxError, EOFError) as error:
        if pixels <= MOST_SECOND and _decodes(path):
            return {}
        return {"damaged": f"the pixels cannot be decompressed: {error}"[:300]}
    return {}


def _needed(image: Any) -> int:
    """Bytes that decoding a picture takes; a progressive JPEG keeps two more for each sample."""
    copies = {"JPEG": 3 if image.info.get("progressive") else 1, "JPEG2000": 5}
    bands = max(1, len(image.getbands()))
    return int(image.width * image.height * bands * copies.get(image.format, 1))


def _room_left() -> float:
    """Bytes that this process may still take."""
    import resource

    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    return math.inf if most == resource.RLIM_INFINITY else most - ROOM


def dicom(path: str) -> dict[str, Any]:
    """Decode every compressed frame of a DICOM file once, as far as there is a decoder for it."""
    import imagecodecs
    from pydicom import dcmread
    from pydicom.encaps import generate_frames

    given = source(path)
    with open(given, "rb") if isinstance(given, str) else given as stream:
        data = dcmread(stream, stop_before_pixels=True, force=True)
        syntax = getattr(data.file_meta, "TransferSyntaxUID", None)
        name = "" if syntax is None else syntax.name
        named = (one for kind, one in _DICOM_CODECS.items() if kind in name)
        codec: Callable[[bytes], Any] | None = getattr(imagecodecs, next(named, ""), None)
        if name.startswith("RLE"):
            kind = f"<u{max(8, int(data.get('BitsAllocated') or 8)) // 8}"
            codec = functools.partial(imagecodecs.dicomrle_decode, dtype=kind)
        if codec is None and name.startswith(("RLE", "MPEG", "HEVC", "JPEG", "High-Throughput")):
            return {"unread": f"for {name} there is no decoder here"}
        # the tag, its kind (OB) and an unknown length stand before the frames (DICOM PS3.5, A.4)
        if codec is None or stream.read(12) != b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff":
            return {}
        count = int(data.get("NumberOfFrames") or 1)
        for number, frame in enumerate(generate_frames(stream, number_of_frames=count), 1):
            try:
                codec(frame)
            except Exception as error:  # noqa: BLE001  each codec has errors of its own
                return {"damaged": f"frame {number} cannot be decompressed: {error}"[:300]}
    return {}


_DICOM_CODECS = {
    "JPEG-LS": "jpegls_decode",
    "JPEG 2000": "jpeg2k_decode",
    "JPEG": "jpeg_decode",
}
"""Decoders of imagecodecs by the words in the name of a transfer syntax (DICOM PS3.6, A)."""


def _decodes(path: str) -> bool:
    """Whether imagecodecs reads a lossless JPEG or a JPEG 2000, which Pillow reads in part."""
    try:
        import imagecodecs
    except ImportError:
        return False
    given = source(path, whole=True)
    with open(given, "rb") if isinstance(given, str) else given as stream:
        data = stream.read(MOST_SECOND + 1)
    if data.startswith(b"\xff\xd8"):
        decode: Callable[[bytes], Any] = imagecodecs.jpeg_decode
        if not _LOSSLESS.search(data[: 1 << 16]):
            return False
    else:
        decode = imagecodecs.jpeg2k_decode
    if len(data) > MOST_SECOND:
        return False
    try:
        decode(data)
    except Exception:  # noqa: BLE001  each codec has errors of its own
        return False
    return True


@contextlib.contextmanager
def room(count: int) -> Iterator[None]:
    """Let this process take no more memory than pixels of `count` bytes need while they unpack."""
    import resource

    before, most = resource.getrlimit(resource.RLIMIT_AS)
    try:
        with open("/proc/self/statm", encoding="ascii") as stream:
            taken = int(stream.read().split()[0]) * resource.getpagesize()
    except OSError:
        yield
        return
    wanted = taken + COPIES * count + ROOM
    if before != resource.RLIM_INFINITY:
        wanted = min(wanted, before)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, most))


def zarr(
    path: str, array: str, chunks: list[int], wanted: list[list[int]], files: list[str]
) -> dict[str, Any]:
    """Read chunks of an array, one after the other; how many pixels have the fill value.

    `files` are where the chunks lie below the array.
    """
    import numpy
    import zarr

    from pipeline.images import n5blocks

    node = zarr.open_array(path, path=array, mode="r")
    plain = len(node.compressors) == 1 and not node.filters and node.shards is None
    blosc = plain and "Blosc" in type(node.compressors[0]).__name__
    fill = numpy.asarray(node.fill_value)
    length = math.prod(chunks) * node.dtype.itemsize
    within = node.chunks if length > MOST_AT_ONCE else chunks
    if math.prod(within) * node.dtype.itemsize > MOST_UNPACKED:
        return {"error": "its chunks are too large"}
    pixels = filled = empty = 0
    for place, file in zip(wanted, files, strict=True):
        held = same = 0
        if blosc:
            with open(os.path.join(path, array, file), "rb") as stream:
                size = os.fstat(stream.fileno()).st_size
                if fault := n5blocks.blosc_fault(stream.read(16), size, length):
                    return {"damaged": fault, "chunk": "/".join(map(str, place))}
        try:
            with room(length):
                for part in _parts(place, chunks, within, node.shape):
                    data: Any = node[part]
                    equal = data == fill if fill == fill else data != data
                    held, same = held + data.size, same + int(equal.sum())
        except MemoryError:
            text = f"it unpacks to far more than the {length:,} bytes of its pixels"
            return {"damaged": text, "chunk": "/".join(map(str, place))}
        except Exception as error:  # noqa: BLE001  codecs raise their own kinds
            text = f"{type(error).__name__}: {error}"[:300]
            return {"damaged": text, "chunk": "/".join(map(str, place))}
        pixels, filled, empty = pixels + held, filled + same, empty + (same == held)
    return {"pixels": int(pixels), "filled": filled, "empty": int(empty)}


def _parts(
    place: list[int], chunks: list[int], within: Sequence[int], shape: Sequence[int]
) -> Iterator[tuple[slice, ...]]:
    """A chunk, or the chunks within a shard."""
    axes = []
    for at, length, step, end in zip(place, chunks, within, shape, strict=True):
        last = min((at + 1) * length, end)
        axes.append([slice(n, min(n + step, last)) for n in range(at * length, last, step)])
    yield from itertools.product(*axes)


def n5(
    path: str, array: str, chunks: list[int], wanted: list[list[int]], files: list[str]
) -> dict[str, Any]:
    """Read blocks of an N5 data set, one after the other; how many pixels are zero."""
    from pipeline.images import n5blocks

    with room(math.prod(chunks) * n5blocks.WIDEST):
        return n5blocks.read(os.path.join(path, array), wanted)


def czi(path: str) -> dict[str, Any]:
    """Unpack every subblock of a Zeiss CZI once."""
    from pipeline.images import czipixels
    from pipeline.images.opened import Opened

    with Opened(path) as file:
        return czipixels.read(file, room)


def nd2_pixels(path: str) -> dict[str, Any]:
    """Read every frame of an ND2 file once; nothing is said of one that the library cannot open."""
    import nd2

    try:
        file = nd2.ND2File(path)
        sizes = {str(axis): int(count) for axis, count in file.sizes.items()}
    except Exception:  # noqa: BLE001  the library raises many kinds
        return {}
    planes = [count for axis, count in sizes.items() if axis in "XYCS"]
    frames = [count for axis, count in sizes.items() if axis not in "XYCS"]
    with file:
        length = file.dtype.itemsize * math.prod(planes)
        if length > MOST_UNPACKED:
            return {"unread": f"a frame takes {length:,} bytes"}
        for number in range(math.prod(frames)):
            try:
                with room(length):
                    file.read_frame(number)
            except MemoryError:
                return {"damaged": f"frame {number} unpacks to far more than its pixels"}
            except Exception as error:  # noqa: BLE001  the library raises many kinds
                return {"damaged": f"frame {number} cannot be read: {error}"[:300]}
    return {}


def hdf5_pixels(path: str) -> dict[str, Any]:
    """Read every data set of an HDF5 file once, chunk by chunk: codecs and checksums."""
    import h5py

    found: dict[str, Any] = {}

    def look(name: str, node: Any) -> Any:
        if not isinstance(node, h5py.Dataset):
            return None
        try:
            within = _stored(node)
        except (TypeError, ValueError, KeyError):
            found["unread"] = f"the type of {name} is not known here"
            return None
        if within is None:
            return None
        if node.chunks and (length := node.dtype.itemsize * math.prod(node.chunks)) > MOST_UNPACKED:
            found["unread"] = f"a chunk of {name} takes {length:,} bytes"
            return None
        try:
            for part in within:
                with room(length) if node.chunks else contextlib.nullcontext():
                    node[part]
        except MemoryError:
            found["damaged"] = f"a chunk of {name} unpacks to far more than its pixels"
            return True
        except (OSError, RuntimeError) as error:
            if _NO_CONVERSION in str(error):
                found["unread"] = f"the type of {name} is not known here"
                return None
            if not _unpackable(node):
                found["unread"] = f"for {name} there is no decoder here"
                return None
            found["damaged"] = f"{name} cannot be read: {error}"[:300]
            return True
        return None

    with h5py.File(source(path, whole=True), "r") as file:
        file.visititems(look)
    return found


_NO_CONVERSION = "no appropriate function for conversion path"
"""What HDF5 says of a type that it does not bring into one of NumPy's."""


def _stored(data: Any) -> Iterator[tuple[slice, ...]] | None:
    """The parts of a data set that lie in its file, one after the other; None where none do.

    Raises TypeError, ValueError or KeyError when NumPy has no type like that of the data.
    """
    kind = data.dtype
    if kind.hasobject or data.is_virtual or not data.size or not data.id.get_storage_size():
        return None
    if data.id.get_create_plist().get_external_count():
        return None
    if data.chunks is None:
        rows = max(1, (8 << 20) // max(1, kind.itemsize * math.prod(data.shape[1:])))
        count = data.shape[0] if data.shape else 0
        return iter([(slice(at, at + rows),) for at in range(0, count, rows)])
    if data.id.get_num_chunks() >= math.prod(map(_pieces, data.shape, data.chunks)):
        every: Iterator[tuple[slice, ...]] = data.iter_chunks()
        return every
    begins: list[tuple[int, ...]] = []
    data.id.chunk_iter(lambda one: begins.append(one.chunk_offset))
    return (
        tuple(
            slice(at, min(at + step, end))
            for at, step, end in zip(begin, data.chunks, data.shape, strict=True)
        )
        for begin in begins
    )


def _pieces(length: int, step: int) -> int:
    return -(-length // step)


def _unpackable(data: Any) -> bool:
    """Whether there is a decoder here for each filter of a data set."""
    import h5py

    kept = data.id.get_create_plist()
    return all(h5py.h5z.filter_avail(kept.get_filter(n)[0]) for n in range(kept.get_nfilters()))
