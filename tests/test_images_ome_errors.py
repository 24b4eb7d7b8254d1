"""OME-XML with very many errors is judged by the first of them, in little time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.findings import Finding
from pipeline.images import sniff
from tests.growth import LINEAR, TIMES, growth

SPACE = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
IMAGE = (
    '<Image ID="Image:{n}"><Pixels ID="Pixels:{n}" DimensionOrder="XYZCT" Type="uint8" SizeX="4" '
    'SizeY="4" SizeZ="1" SizeC="1" SizeT="1" PhysicalSizeX="0.5" PhysicalSizeY="0.5">'
    '<Channel ID="Channel:{n}:0"/><MetadataOnly/></Pixels>{more}</Image>'
)


def findings(path: Path, body: str) -> tuple[Finding, ...]:
    path.write_text(f'<?xml version="1.0"?><OME xmlns="{SPACE}">{body}</OME>', "utf-8")
    (one,) = sniff([path])
    assert one.sizes == {"T": 1, "C": 1, "Z": 1, "Y": 4, "X": 4}
    return one.findings


FIRST = IMAGE.format(n=0, more="")
BODIES: dict[str, tuple[int, Callable[[int], str]]] = {
    "images without anything": (110_000, lambda n: FIRST + "<Image/>" * n),
    "the same ids": (3000, lambda n: FIRST * n),
    "wrong references": (
        3000,
        lambda n: "".join(
            IMAGE.format(n=one, more='<AnnotationRef ID="Annotation:9"/>') for one in range(n)
        ),
    ),
    "wrong attributes": (50_000, lambda n: FIRST + '<Image ID="x" Name2=""/>' * n),
}


@pytest.mark.parametrize("kind", BODIES)
def test_many_errors_are_told_by_the_first_of_them(tmp_path: Path, kind: str) -> None:
    many, body = BODIES[kind]
    found = findings(tmp_path / "a.ome", body(many))
    assert not [flag for flag in found if flag.code.startswith("INT")]
    said = [flag for flag in found if "more than 50 places" in flag.message]
    assert [flag.code for flag in said] == ["OME105"]
    assert len(found) <= 7
    assert growth(lambda n: findings(tmp_path / "b.ome", body(n)), many // TIMES) < LINEAR


def test_the_place_of_an_error_among_many_is_that_in_the_whole_document(tmp_path: Path) -> None:
    images = [IMAGE.format(n=n, more="") for n in range(500)]
    images[60] = images[60].replace('SizeX="4"', 'SizeX="none"')
    images[200:] = ["<Image/>"] * 300
    found = findings(tmp_path / "a.ome", "".join(images))
    assert "/OME/Image[61]/Pixels/@SizeX" in {flag.location.pointer for flag in found}


def test_a_document_of_many_images_that_is_valid_is_judged_whole(tmp_path: Path) -> None:
    images = [IMAGE.format(n=n, more="") for n in range(4000)]
    assert findings(tmp_path / "a.ome", "".join(images)) == ()
    images[3999] = images[3999].replace('SizeY="4"', 'SizeY="none"')
    found = findings(tmp_path / "b.ome", "".join(images))
    assert [flag.location.pointer for flag in found] == ["/OME/Image[4000]/Pixels/@SizeY"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<MetadataOnly/>", "<LabName/>", "Element 'LabName': it may not stand here; "),
        ('PhysicalSizeX="0.5"', 'PhysicalSizeX="-1"', "The value '-1' is not above 0."),
        ('SizeT="1"', 'SizeT="0"', "The value '0' is below the least allowed, 1."),
    ],
)
def test_errors_of_the_schema_are_told_in_plain_words(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "a.ome"
    body = IMAGE.format(n=0, more="").replace(old, new)
    path.write_text(f'<?xml version="1.0"?><OME xmlns="{SPACE}">{body}</OME>', "utf-8")
    (one,) = sniff([path])
    assert message in " ".join(flag.message for flag in one.findings)
    assert "xpected" not in " ".join(flag.message for flag in one.findings)
