"""Compile the schema folder in use and keep the copy in it: `python -m pipeline.schema`.

With `--docs` the pages of documentation are written from it as well, into `docs/schema`.
"""

import sys
from pathlib import Path

from pipeline import resources
from pipeline.schema.compiled import BUNDLED, compile_folder


def main() -> None:
    """Write the compiled copy, and the pages when they are asked for, and say where."""
    folder = resources.schemas()
    path = folder / BUNDLED
    path.parent.mkdir(exist_ok=True)
    path.write_text(compile_folder(folder).text(), encoding="utf-8")
    print(path)
    if "--docs" in sys.argv[1:]:
        write_pages(folder, Path("docs") / "schema")


def write_pages(folder: Path, into: Path) -> None:
    """Write the pages, and take away those of files that are gone."""
    from pipeline.schema.pages import pages

    made = pages(folder)
    into.mkdir(parents=True, exist_ok=True)
    for old in into.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (into / name).write_text(text, encoding="utf-8")
    print(into)


if __name__ == "__main__":
    main()
