"""All kinds of findings as one page to read: `python -m pipeline.cli.codes_page`."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from pipeline.findings import FAMILIES, KINDS, Code
from pipeline.knowledge import all_codes
from pipeline.schema import severity_in

PAGE = Path("docs") / "codes.md"
HEAD = """<!-- Written by `python -m pipeline.cli.codes_page`; not to be changed by hand. -->

# What is found

A code is a family and a number whose first digit says the kind of trouble: {kinds}.
An error withholds the accession, a warning asks a curator to look, a hint says what could be
better. How grave a finding is depends on the profile: `new` for what comes in, `published` for a
study that is out already. A code means the same for ever.
"""


def page() -> str:
    """The page, families and codes in their order."""
    kinds = ", ".join(f"{digit} {meaning}" for digit, meaning in KINDS.items())
    parts = [HEAD.format(kinds=kinds)]
    for family, codes in groupby(all_codes(), key=lambda one: one.family):
        listed = list(codes)
        rows = (
            f"| [{one.code}](#{one.code.lower()}) | {one.name} | {_severity(one, 'new')} "
            f"| {_severity(one, 'published')} |"
            for one in listed
        )
        columns = ("| code | name | new | published |", "|---|---|---|---|")
        head = f"## {family}: {FAMILIES[family]}\n"
        parts.append("\n".join((head, *columns, *rows)) + "\n")
        parts += [_code(one) for one in listed]
    return "\n".join(parts)


def _code(one: Code) -> str:
    said = "\n\n".join(" ".join(part.split()) for part in one.explanation.split("\n\n"))
    return f"### {one.code}\n\n`{one.name}`\n\n{said}\n"


def _severity(one: Code, profile: str) -> str:
    return severity_in(profile, one.code, one.severity) or "not asked"


def main() -> None:
    """Write the page and say where."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
