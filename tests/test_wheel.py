"""The wheel holds `pipeline` alone, and finds its schemas and rules in itself."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(into)],
        check=True,
        capture_output=True,
        cwd=ROOT,
    )
    return next(into.glob("*.whl"))


def test_only_pipeline_stands_on_top(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as parts:
        tops = {name.split("/")[0] for name in parts.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"pipeline"}


def test_an_unpacked_wheel_validates_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as parts:
        parts.extractall(tmp_path)
    document = ROOT / "fixtures" / "inbox" / "keratocyte-actin-flow" / "submission.json"
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import pipeline, pipeline.resources as resources\n"
        f"assert pipeline.__file__.startswith({str(tmp_path)!r}), pipeline.__file__\n"
        "assert '_resources' in str(resources.schemas())\n"
        "from pipeline.flows import serving\n"
        "assert '_resources' in str(resources.deployments()) and serving.declared()\n"
        "from pipeline.cli import cli\n"
        f"cli.main(['validate', {str(document)!r}, '--no-files'], standalone_mode=False)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "0 errors" in done.stdout
