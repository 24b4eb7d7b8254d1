"""Who is named in the header of an image: what stands for a patient, and whether it is one."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NOBODY = frozenset(
    {
        "",
        "anonymous",
        "anonymized",
        "anonymised",
        "anon",
        "unknown",
        "none",
        "removed",
        "na",
        "n/a",
        "deidentified",
        "de-identified",
        "no name",
        "noname",
        "patient",
        "test",
        "xxx",
        "0",
        "phantom",
    }
)
TAGS = {
    "0010": "name",
    "0020": "id",
    "0030": "birth date",
    "1000": "other ids",
    "1001": "other names",
    "1040": "address",
}
"""Elements of the DICOM group 0010 that name a person (PS3.6, 6), by their number."""
_KEY = re.compile(
    r"\W*0010[|, ]\s*(0010|0020|0030|1000|1001|1040)\b"
    r"|\W*patient'?s?[ _]?(name|id|birth[ _]?date|address)\W*$",
    re.IGNORECASE,
)


def somebody(text: str) -> bool:
    """Whether what stands for a patient's name or id may be that of a person.

    >>> somebody("Doe^Jane"), somebody("ANONYMOUS"), somebody(" ")
    (True, False, False)
    """
    value = text.replace("^", " ").replace("\0", " ").strip().lower()
    return value not in _NOBODY and not value.startswith(("anon", "deident", "de-ident"))


def told(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """What of a patient keys and values tell that another program took over from DICOM.

    >>> told([("0010|0010", "Doe^Jane"), ("0010,0030 Patient's Birth Date", "19700101")])
    ['name', 'birth date']
    """
    found: dict[str, None] = {}
    for key, value in pairs:
        match = _KEY.match(key)
        if match and somebody(value):
            found[TAGS.get(match[1] or "", (match[2] or "").lower().replace("_", " "))] = None
    return list(found)
