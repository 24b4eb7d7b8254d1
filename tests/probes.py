"""Small sound files of probe, electron and lifetime microscopes, from their layouts; recipes."""

from __future__ import annotations

import gzip
import struct

from tests.headers import padded
from tests.pictures import plain


def rhk(numbers: bool = True, kind: int = 1) -> bytes:
    """6 by 4 values, a nanometre apart."""
    width = {0: 4, 1: 2, 2: 4, 3: 1}[kind]
    if numbers:
        mark = struct.pack("<h", 0xAA) + "STiMage 004.001".encode("utf-16-le")
        head = padded(
            [
                (0, mark),
                (40, struct.pack("<4i8x2i16xi", 0, 1, kind, 0, 6, 4, 512)),
                (100, struct.pack("<2f", 1e-9, -1e-9)),
            ],
            512,
        )
    else:
        head = padded(
            [
                (0, b"STiMage 3.1"),
                (32, b"0 %d 0 6 4 96 0" % kind),
                (64, b"X 1.0e-9 0 0 nm"),
                (96, b"Y -1.0e-9 0 0 nm"),
            ],
            512,
        )
    return head + bytes(24 * width)


def quesant() -> bytes:
    """6 by 6 values of a scan 12 micrometres wide."""
    parts = [(b"DATE", 1024), (b"HARD", 1100), (b"IMAG", 1200)]
    table = b"".join(code + struct.pack("<I", at) for code, at in parts)
    return padded(
        [
            (0, table),
            (1024, b"Jan 02 2020 03:04:05000\0"),
            (1100, struct.pack("<f", 12)),
            (1200, struct.pack("<h", 6) + bytes(72)),
        ],
        1274,
    )


def topometrix(version: int = 5) -> bytes:
    """6 by 4 values of a scan of 12 by 8 micrometres."""
    at, form, more = (604, "<d8xd", 20) if version == 5 else (406, "<f4xf", 16)
    head = b"#R%d.00\r\n2048\r\n01/02/2020 03:04:05\r\n" % version
    return padded(
        [(0, head), (at, struct.pack("<H2xH", 6, 4)), (at + more, struct.pack(form, 12, 8))], 2048
    ) + bytes(48)


def seiko() -> bytes:
    return padded(
        [
            (40, b"steps\0"),
            (156, struct.pack("<f4xf", 0.5, 0.25)),
            (1402, struct.pack("<HH", 6, 4)),
        ],
        2944,
    ) + bytes(48)


def ubm() -> bytes:
    return padded([(44, struct.pack("<ii", 6, 4))], 128) + bytes(96)


def watop() -> bytes:
    """6 by 4 values of a scan of 12 by 8 micrometres."""
    return padded(
        [
            (0, b"0TOPSystem W.A.Technology"),
            (211, struct.pack("<5i", 2020, 1, 2, 3, 4)),
            (239, struct.pack("<5i", 1200, 800, 0, 6, 4)),
        ],
        4864,
    ) + bytes(48)


def oxford(rows: int = 4, later: bool = False) -> bytes:
    """6 by 4 values of a scan of 12 by 8 micrometres."""
    return (
        padded(
            [
                (0, b"Oxford Instruments"),
                (48, b"gold"),
                (80, struct.pack("<5i", 2020, 1, 2, 3, 4)),
                (116, struct.pack("<2f", -6, 6)),
                (144, struct.pack("<2f", -4, 4)),
                (1084 if later else 1048, struct.pack("<2i", 6, 4)),
                (1288, struct.pack("<i", 4)),
            ],
            1296,
        )
        + bytes(12 * rows)
        + struct.pack("<i", 0)
    )


def burleigh(version: int = 2) -> bytes:
    """6 by 4 values of a scan of 12 by 8 micrometres."""
    head = struct.pack("<fhh", version + 1.1, 6, 4)
    if version == 1:
        return head + bytes(48) + struct.pack("<12x3i6h8x", 120, 80, 0, 1, 3, 0, 0, 0, 0)[:40]
    return padded([(0, head), (22, struct.pack("<3i", 12, 8, 0))], 260) + bytes(48)


def sm_camera() -> bytes:
    head = bytes.fromhex("0000000002000005C9880005CB880000")
    return padded([(0, head), (524, struct.pack(">h6xh", 4, 6))], 548) + bytes(24)


def molecular() -> bytes:
    """Two buffers of 6 by 4 values of a scan of 12 by 8 micrometres."""
    lines = [
        "UK SOFT",
        "samples_x      6",
        "samples_y      4",
        "length_x       12.0",
        "length_y       8.0",
        "buffer_id      1",
        "buffer_id      2",
        "Data_section  ",
        "",
    ]
    return "\r\n".join(lines).encode() + bytes(96)


def alicona(texture: bool = True, width: int = 1) -> bytes:
    """Heights of 6 by 4 pixels, two micrometres apart, and a grey texture."""
    tags = {
        "Version": "1",
        "TagCount": "7",
        "Rows": "4",
        "Cols": "6",
        "NumberOfPlanes": "1",
        "PixelSizeXMeter": "2e-6",
        "PixelSizeYMeter": "2e-6",
        "DepthImageOffset": "1024",
        "TextureImageOffset": "1120" if texture else "0",
    }
    head = b"AliconaImaging\0\r\n"
    for key, value in tags.items():
        head += key.encode().ljust(20, b"\0") + value.encode().ljust(30, b"\0") + b"\r\n"
    return head.ljust(1024, b"\0") + bytes(96) + (bytes(32 * width) if texture else b"")


def aim(late: bool = True) -> bytes:
    """6 by 4 by 2 voxels, ten micrometres apart."""
    log = b"!\nOrig-ISQ-Dim-p                   6        4        2\n"
    log += b"Orig-ISQ-Dim-um                  60       40       20\n\0"
    if late:
        lengths = struct.pack("<5q", 40, 224, len(log), 96, 0)
        return (
            padded(
                [(0, b"AIMDATA_V030   \0"), (16, lengths), (96, struct.pack("<3q", 6, 4, 2))], 280
            )
            + log
            + bytes(96)
        )
    lengths = struct.pack("<5i", 20, 140, len(log), 96, 0)
    return padded([(0, lengths), (56, struct.pack("<3i", 6, 4, 2))], 160) + log + bytes(96)


def dm2(width: int = 2, signed: int = 0) -> bytes:
    head = struct.pack(">I8xI4H", 0x003D0000, 24 * width + 8, 6, 4, width, signed)
    return head + bytes(24 * width) + bytes(64)


def fei() -> bytes:
    return padded([(0, b"XL"), (514, struct.pack("<HH4xH", 6 + 112, 4, 600))], 600) + bytes(118 * 4)


def jeol(words: bool = False) -> bytes:
    if words:
        return b"IM" + struct.pack("<H", 4) + b"gold" + bytes(56) + bytes(2048)
    return padded([(0, b"MG"), (0x63C, struct.pack("<ii", 6, 4))], 0x644 + 540) + bytes(24)


def vgsam(width: int = 2) -> bytes:
    return padded([(0, b"VGS"), (348, struct.pack(">ii4xi", 6, 4, width))], 368) + bytes(24 * width)


def sdt(mode: int = 9, blocks: int = 1, bins: int = 8, packed: bool = False) -> bytes:
    """Two channels of 6 by 4 pixels, a decay in each."""
    setup = b"*SETUP\r\n #SP [SP_SCAN_X,I,6]\r\n #SP [SP_SCAN_Y,I,4]\r\n #SP [SP_IMG_X,I,6]\r\n"
    setup += b" #SP [SP_IMG_Y,I,4]\r\n*END\r\n"
    info = b"*IDENTIFICATION\r\n  ID : SPC Setup & Data File\r\n*END\r\n"
    measured = padded(
        [
            (0, b"03:04:05\0"),
            (9, b"2020-01-02\0"),
            (36, struct.pack("<h", mode)),
            (64, struct.pack("<fh", 5e-8, 1)),
            (82, struct.pack("<h", bins)),
            (100, struct.pack("<h", 1)),
            (113, struct.pack("<h", 1)),
            (173, struct.pack("<4i", 6, 4, 2, 1)),
        ],
        211,
    )
    data = bytes(6 * 4 * bins * 2 * (1 if mode == 13 else 2))
    length = len(data)
    if packed:
        data = b"PK\3\4" + bytes(60)
    setup_at = 42 + len(info)
    measured_at = setup_at + len(setup)
    first = measured_at + len(measured) * (blocks if mode == 13 else 1)
    head = struct.pack(
        "<hihiHihiihhHIHH",
        0x7D0,
        42,
        len(info),
        setup_at,
        len(setup),
        first,
        blocks,
        len(data),
        measured_at,
        blocks if mode == 13 else 1,
        211,
        0x5555,
        0,
        0,
        0,
    )
    body = b""
    for number in range(blocks):
        at = first + number * (22 + len(data))
        body += struct.pack("<hiiHhII", number, at + 22, at + 22 + len(data), 1, 0, number, length)
        body += data
    return head + info + setup + measured * (blocks if mode == 13 else 1) + body


def flim(packed: bool = False, background: bool = False) -> bytes:
    """Twelve phases of 6 by 4 pixels."""
    layout = "datatype=UINT16\nchannels=1\nx=6\ny=4\nz=1\nphases=12\nfrequencies=1\ntimestamps=1\n"
    text = f"{{FLIMIMAGE}}\n[INFO]\nversion=1.0\ncompression={int(packed)}\n[LAYOUT]\n{layout}"
    data = bytes(24 * 2 * 12)
    if background:
        text += "[BACKGROUND]\n" + layout.replace("phases=12", "phases=1")
        data += bytes(48)
    return text.encode() + b"{END}" + (gzip.compress(data, mtime=0) if packed else data)


def picoquant_bin() -> bytes:
    return struct.pack("<iifif", 6, 4, 0.5, 3, 0.1) + bytes(24 * 3 * 4)


def vff(sides: str = "6 4 2", bits: int = 16) -> bytes:
    lines = [
        "ncaa",
        f"rank={len(sides.split())};",
        "type=raster;",
        f"size={sides};",
        f"bits={bits};",
        "elementsize=0.05;",
        "\f\n",
    ]
    count = 1
    for side in sides.split():
        count *= int(side)
    return "\n".join(lines).encode() + bytes(count * bits // 8)


def mrtrix(kind: str = "Int16LE") -> bytes:
    text = f"mrtrix image\ndim: 6,4,2,3\nvox: 0.5,0.5,2\ndatatype: {kind}\nfile: . 128\nEND\n"
    return text.encode().ljust(128, b"\0") + bytes(6 * 4 * 2 * 3 * 2)


def dpx(order: str = ">") -> bytes:
    body = bytes(6 * 4 * 4)
    mark = b"SDPX" if order == ">" else b"XPDS"
    return (
        padded(
            [
                (0, mark + struct.pack(order + "I", 2048)),
                (16, struct.pack(order + "I", 2048 + len(body))),
                (768, struct.pack(order + "HHII", 0, 1, 6, 4)),
                (800, bytes([50, 2, 2, 10])),
            ],
            2048,
        )
        + body
    )


def cineon() -> bytes:
    body = bytes(6 * 4 * 4)
    return (
        padded(
            [
                (0, bytes.fromhex("802A5FD7") + struct.pack(">I", 2048)),
                (20, struct.pack(">I", 2048 + len(body))),
                (193, b"\3"),
                (198, b"\x0a"),
                (200, struct.pack(">II", 6, 4)),
            ],
            2048,
        )
        + body
    )


def sxm(channels: int = 2) -> bytes:
    """Channels in both directions, and one in one, of 6 by 4 values on 12 by 8 nanometres."""
    rows = [f"\t{14 + n}\tZ{n}\tm\tboth\t9.0E-9\t0.0E+0" for n in range(channels)]
    rows.append("\t30\tBias\tV\tforward\t1.0E+0\t0.0E+0")
    lines = [
        ":NANONIS_VERSION:", "2", ":SCANIT_TYPE:", "              FLOAT            MSBFIRST",
        ":REC_DATE:", " 02.11.2010", ":REC_TIME:", "15:42:39", ":SCAN_PIXELS:", "       6       4",
        ":SCAN_RANGE:", "           1.2E-8           8.0E-9", ":DATA_INFO:",
        "\tChannel\tName\tUnit\tDirection\tCalibration\tOffset", *rows, "", ":SCANIT_END:", "", "",
    ]  # fmt: skip
    return "\n".join(lines).encode() + b"\x1a\x04" + bytes(24 * 4 * (2 * channels + 1))


def picoquant(curves: int = 0) -> bytes:
    """Records of a scan of 6 by 4 pixels, or curves of 8 bins."""

    def tag(name: str, kind: int, value: bytes, index: int = -1, more: bytes = b"") -> bytes:
        return name.encode().ljust(32, b"\0") + struct.pack("<iI", index, kind) + value + more

    def whole(name: str, value: int, index: int = -1) -> bytes:
        return tag(name, 0x10000008, struct.pack("<q", value), index)

    maker = b"HydraHarp 400\0\0\0"
    head = tag("File_CreatingTime", 0x21000008, struct.pack("<d", 40000.25))
    head += tag("HW_Type", 0x4001FFFF, struct.pack("<q", len(maker)), more=maker)
    if curves:
        for n in range(curves):
            head += whole("HistResDscr_HistogramBins", 8, n)
            head += whole("HistResDscr_DataOffset", 2048 + 32 * n, n)
        head += whole("HistoResult_NumberOfCurves", curves)
    else:
        head += whole("ImgHdr_PixX", 6) + whole("ImgHdr_PixY", 4)
        head += tag("ImgHdr_PixResol", 0x20000008, struct.pack("<d", 0.25))
        head += whole("TTResultFormat_BitsPerRecord", 32) + whole("TTResult_NumberOfRecords", 99)
    head += tag("Header_End", 0xFFFF0008, bytes(8))
    mark = (b"PQHISTO\0" if curves else b"PQTTTR\0\0") + b"1.0.00\0\0"
    if curves:
        return (mark + head).ljust(2048, b"\0") + bytes(32 * curves)
    return mark + head + bytes(4 * 99)


plain("sxm", sxm(), "Nanonis SXM", "a.sxm")
plain("ptu", picoquant(), "PicoQuant PTU", "a.ptu")
plain("phu", picoquant(3), "PicoQuant PHU", "a.phu")
plain("rhk", rhk(), "RHK", "a.sm3")
plain("quesant", quesant(), "Quesant", "a.afm")
plain("topometrix", topometrix(), "Topometrix", "a.tfr")
plain("seiko", seiko(), "Seiko", "a.xqd")
plain("ubm", ubm(), "UBM", "a.pr3")
plain("watop", watop(), "WA-TOP", "a.wat")
plain("oxford", oxford(), "Oxford Instruments", "a.top")
plain("burleigh", burleigh(), "Burleigh", "a.img")
plain("sm_camera", sm_camera(), "SM Camera", "a.dat")
plain("molecular", molecular(), "Molecular Imaging", "a.stp")
plain("alicona", alicona(), "Alicona 3D", "a.al3d")
plain("aim", aim(), "AIM", "a.aim")
plain("dm2", dm2(), "Gatan Digital Micrograph 2", "a.dm2")
plain("fei", fei(), "FEI", "a.img")
plain("jeol", jeol(), "JEOL", "a.img")
plain("vgsam", vgsam(), "VG SAM", "a.dti")
plain("sdt", sdt(), "Becker & Hickl SPCImage", "a.sdt")
plain("flim", flim(), "Lambert Instruments FLIM", "a.fli")
plain("picoquant_bin", picoquant_bin(), "PicoQuant Bin", "a.bin")
plain("vff", vff(), "GE MicroCT", "a.vff")
plain("mrtrix", mrtrix(), "MRtrix", "a.mif")
plain("dpx", dpx(), "Digital Picture Exchange (DPX)", "a.dpx")
plain("cineon", cineon(), "Kodak Cineon", "a.cin")
