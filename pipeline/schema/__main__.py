"""Compile the schema folder in use and keep the copy in it: `python -m pipeline.schema`."""

from pipeline import resources
from pipeline.schema.compiled import BUNDLED, compile_folder


def main() -> None:
    """Write the compiled copy and say where."""
    folder = resources.schemas()
    path = folder / BUNDLED
    path.parent.mkdir(exist_ok=True)
    path.write_text(compile_folder(folder).text(), encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main()
