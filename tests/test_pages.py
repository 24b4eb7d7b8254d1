"""Pages of documentation say what schema and code say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from pipeline.cli import codes_page
from pipeline.resources import schemas
from pipeline.schema.pages import pages

DECLARED = re.compile(r'\b(?:declare|check)\(\s*"([A-Z]{3}\d{3})"')
DOCS = Path(__file__).parent.parent / "docs"


def test_pages_of_the_schema_are_current() -> None:
    kept = {path.name: path.read_text("utf-8") for path in (DOCS / "schema").glob("*.md")}
    assert kept == pages(schemas()), "run python -m pipeline.schema --docs"


def test_page_of_the_codes_is_current() -> None:
    assert (DOCS / "codes.md").read_text("utf-8") == codes_page.page(), (
        "run python -m pipeline.cli.codes_page"
    )


def test_every_code_that_is_declared_somewhere_is_known() -> None:
    root = Path(codes_page.__file__).parents[1]
    declared = {
        code
        for path in root.rglob("*.py")
        for code in re.findall(
            r'\b(?:declare|check)\(\s*"([A-Z]{3}\d{3})"', path.read_text("utf-8")
        )
    }
    script = "from pipeline.knowledge import all_codes; print(*(c.code for c in all_codes()))"
    known = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root.parent
    )
    assert set(known.stdout.split()) == declared


def test_links_between_the_pages_lead_somewhere() -> None:
    texts = {path: path.read_text("utf-8") for path in DOCS.rglob("*.md")}
    anchors = {
        path: {head.strip().lower() for head in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
        for path, text in texts.items()
    }
    broken = []
    for path in (DOCS / "schema").glob("*.md"):
        for name, anchor in re.findall(r"\]\(([\w.]+\.md)(?:#([\w-]+))?\)", texts[path]):
            target = path.parent / name
            if target not in texts or (anchor and anchor not in anchors[target]):
                broken.append((path.name, name, anchor))
    assert broken == []
