"""The organisations of ROR that depositors mean by what they write of where they work."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from pipeline import checks
from pipeline.check import Context, load, run
from pipeline.checks.organisation_names import within
from pipeline.registries import Registries, local, refresh
from pipeline.submission import Source, SourceMap, Submission

NAMES = [
    ("000000018", "Example University", "Exampleton", "FI"),
    ("000000026", "Institute of Samples", "Exampleton", "FI"),
    ("000000034", "Institute of Life", "Elsewhere", "CH"),
    ("000000042", "Network of Laboratories", "Exampleton", "FI"),
    ("000000050", "Network of Laboratories", "Elsewhere", "CH"),
    ("000000068", "Example Academy of Sciences", "Exampleton", "FI"),
]


@pytest.fixture(scope="module")
def registries(tmp_path_factory: pytest.TempPathFactory) -> Registries:
    folder = tmp_path_factory.mktemp("registries")
    records = [
        {
            "id": f"https://ror.org/{key}",
            "names": [{"value": name, "types": ["ror_display", "label"]}],
            "locations": [{"geonames_details": {"country_code": country, "name": city}}],
            "status": "active",
        }
        for key, name, city, country in NAMES
    ]
    dump = folder / "ror.json"
    dump.write_text(json.dumps(records), "utf-8")
    refresh("ror", dump, folder=folder)
    return local(folder)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Department of Cells, Example University, Exampleton, Finland", ["000000018"]),
        ("Department of Cells; Example University; FI-00100 Exampleton", ["000000018"]),
        ("Department of Cells, Example University", ["000000018"]),
        ("The Example University, Samples Street 4, Finland.", ["000000018"]),
        ("Institute of Samples, Example University, Exampleton", ["000000026", "000000018"]),
        ("Network of Laboratories, Elsewhere, Switzerland", ["000000050"]),
        ("Network of Laboratories, Finland", ["000000042"]),
        ("Department of Cells, Example Academy of Sciences", ["000000068"]),
        ("Institute of Cells, Example University", ["000000018"]),
        # an institute of an academy has a record of its own
        ("Institute of Cells, Example Academy of Sciences, Exampleton", []),
        # another place than that of the organisation of this name
        ("Institute of Life, Exampleton", []),
        ("Example University, Exampleton, Switzerland", []),
        ("Network of Laboratories, France", []),
        # a name that is two organisations', without a place
        ("Department of Cells, Network of Laboratories", []),
        ("Department of Cells, Finland", []),
        ("Example University", []),
    ],
)
def test_the_part_of_a_name_that_is_an_organisation_there(
    registries: Registries, written: str, meant: list[str]
) -> None:
    assert [one.ror[-9:] for one in within(written, registries)] == meant


def test_each_organisation_of_a_name_is_proposed_with_its_place(registries: Registries) -> None:
    name = "Institute of Samples, Example University, Exampleton"
    submission = Submission(
        id="one",
        metadata={"study": {"organisations": [{"id": "o1", "name": name}]}},
        source=Source(path="submission.json"),
        source_map=SourceMap(file="submission.json"),
    )
    context = Context(submission=submission, day=dt.date(2026, 11, 23), registries=registries)
    (found,), _ = run([load(checks)["AFF002"]], context)
    assert found.severity == "hint"
    assert found.suggestion is not None
    assert found.suggestion.safety == "review"
    (made,) = found.suggestion.operations
    assert (made.do, made.place) == ("add", "/study/organisations/0/ror")
    assert made.after == "https://ror.org/000000026"
    assert [other.after[-9:] for (other,) in found.suggestion.alternatives] == ["000000018"]
    assert "Institute of Samples in Exampleton; Example University" in found.suggestion.why
