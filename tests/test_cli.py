"""The command line as scripts use it: lines, exit codes, streams."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from pipeline import outputs, registries
from pipeline.cli import cli
from tests.archives import DAY, INBOX, curate, inbox

ROOT = Path(__file__).parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"
CLEAN = INBOX / "keratocyte-actin-flow"
FINDING_KEYS = [
    "path", "submission", "code", "name", "severity", "message", "hint", "location", "value",
    "suggestion",
]  # fmt: skip
IMAGE_KEYS = [
    "path", "size", "kind", "format", "on_bioformats_list", "reader", "evidence", "of", "sizes",
    "pixel_size_um", "pixel_type", "images", "findings",
]  # fmt: skip


def run(
    *arguments: str | Path, code: int = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *map(str, arguments)],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, **environment},
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return done


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_validate_prints_findings_and_a_closing_line_for_each_path(tmp_path: Path) -> None:
    document = tmp_path / "study.json"
    study = json.loads((CLEAN / "submission.json").read_text("utf-8"))
    author = next(s for s in study["section"]["subsections"] if s["type"].lower() == "author")
    orcid = next(a for a in author["attributes"] if a["name"] == "ORCID")
    orcid["value"] = "0000-0002-1825-0098"
    document.write_text(json.dumps(study, indent=1), encoding="utf-8")
    done = run("validate", document, "--no-files", "--format", "jsonl", "--on", DAY, code=1)
    *findings, closing = lines(done.stdout)
    assert done.stderr == ""
    assert list(closing) == ["path", "read", "errors", "warnings", "hints", "skipped"]
    assert closing["path"] == str(document)
    assert closing["read"] is True
    wrong = next(one for one in findings if one["code"] == "ORC102")
    assert list(wrong) == FINDING_KEYS
    assert wrong["path"] == str(document)
    assert wrong["value"] == "0000-0002-1825-0098"
    assert wrong["location"]["pointer"].endswith("/value")
    text = document.read_text("utf-8").splitlines()
    assert "0098" in text[wrong["location"]["line"] - 1]


def test_what_programs_read_is_utf_8_whatever_the_locale_is(tmp_path: Path) -> None:
    document = tmp_path / "étude.json"
    document.write_text('{"section": {"type": "Study"}, "étude": 1}', encoding="utf-8")
    for form in ("jsonl", "table"):
        done = run(
            "validate", document, "--no-files", "--format", form, code=1, PYTHONIOENCODING="ascii"
        )
        assert "étude" in done.stdout


def test_validate_of_a_folder_joins_paths(tmp_path: Path) -> None:
    source = inbox(tmp_path / "inbox", "yeast-er-stress-screen")
    done = run(
        "validate", source / "yeast-er-stress-screen", "--format", "jsonl", "--on", DAY, code=1
    )
    for line in lines(done.stdout):
        assert line["path"].startswith(str(source / "yeast-er-stress-screen"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.json", '{"section": {"type": "Stu'),
        ("empty.json", ""),
        ("page.json", "<html><body>502</body></html>"),
        ("list.tsv", "Files\tDye\n../up.tif\tDAPI\n"),
        ("image.tif", "II*\0\xff\xff\xff\x7f"),
        ("no.docx", "PK\x03\x04"),
    ],
)
def test_bad_input_is_a_finding_never_a_traceback(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_bytes(content.encode("latin-1"))
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "validate", path, "--format", "jsonl"],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode in (0, 1)
    assert done.stderr == ""
    *findings, _ = lines(done.stdout)
    assert findings


def test_normalise_prints_one_object_or_lines(tmp_path: Path) -> None:
    document = INBOX / "organoid-light-sheet" / "submission.json"
    raw = json.loads(run("normalise", document, "--no-rules").stdout)
    mended = json.loads(run("normalise", document).stdout)
    assert "; " in raw["study"]["keywords"][0]
    assert mended["study"]["keywords"][0] == "organoid"
    (line,) = lines(run("normalise", document, "--format", "jsonl").stdout)
    assert line == {"path": str(document), "metadata": mended}
    changes = json.loads(run("normalise", document, "--changes").stdout)
    assert all(
        change["rule"] and change["why"] and change["safety"] == "safe" for change in changes
    )


def test_sniff_prints_one_line_for_each_image() -> None:
    told = lines(run("sniff", CLEAN / "Files", "--format", "jsonl").stdout)
    assert all(list(line) == IMAGE_KEYS for line in told)
    assert all(line["path"].startswith(str(CLEAN / "Files")) for line in told)
    assert {"OME-TIFF"} <= {line["format"] for line in told}


def commands(group: click.Group, *name: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command under a group, with the words that call it."""
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command is not None
        yield (*name, word), command
        if isinstance(command, click.Group):
            yield from commands(command, *name, word)


@pytest.mark.parametrize(
    "command", [pytest.param(one, id=" ".join(words)) for words, one in commands(cli)]
)
def test_every_command_has_an_example_and_says_what_its_options_do(command: click.Command) -> None:
    assert "Example: bia-curation " in (command.help or "")
    for option in command.params:
        assert not isinstance(option, click.Option) or option.help, option.name


def test_help_names_what_can_be_asked_for() -> None:
    help_of = {words: command.get_help(click.Context(command)) for words, command in commands(cli)}
    assert not [name for name in outputs.load() if name not in help_of["export",]]
    assert not [
        name for name in registries.registries() if name not in help_of["registries", "refresh"]
    ]


def test_the_manual_names_every_dump() -> None:
    manual = (ROOT / "docs" / "operating.md").read_text("utf-8")
    assert not [name for name in registries.registries() if f"| `{name}` |" not in manual]


def test_codes_and_explain() -> None:
    told = lines(run("codes", "--format", "jsonl").stdout)
    assert len(told) > 100
    for line in told:
        assert list(line) == ["code", "name", "severity", "families", "explanation"]
    assert "check digit" in run("explain", "ORC102").stdout
    assert run("explain", "ORC999", code=2).stdout == ""


@pytest.mark.parametrize("command", [["codes"], ["explain", "ORC102"]])
def test_a_reader_that_has_seen_enough_is_no_failure(command: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write) as nobody_reads:
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", *command],
            stdout=nobody_reads,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, b"")


def test_usage_errors_exit_with_two(tmp_path: Path) -> None:
    run("validate", tmp_path / "nowhere.json", code=2)
    run("curate", "--on", "tomorrow", CLEAN, code=2)
    run("accession", "list", "--archive", tmp_path / "nowhere", code=2)
    run("nonsense", code=2)


def test_what_cannot_run_exits_with_three_and_one_line(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "ledger.sqlite").write_text("this is no database", "utf-8")
    done = run("accession", "list", "--archive", tmp_path / "archive", code=3)
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


def test_accessions_citation_release(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    curate(inbox(tmp_path / "inbox", "keratocyte-actin-flow"), archive)
    (held,) = lines(run("accession", "list", "--archive", archive, "--format", "jsonl").stdout)
    assert held["accession"] == "S-BIAD1"
    assert list(held) == ["accession", "submission", "state", "version", "release_date", "doi"]
    sentence = run("cite", "S-BIAD1", "--archive", archive).stdout.strip()
    assert sentence == (
        "Image data are available in the BioImage Archive "
        "(http://www.ebi.ac.uk/bioimage-archive) under accession number S-BIAD1."
    )
    assert run("cite", " s-biad1 ", "--archive", archive).stdout.strip() == sentence
    assert "@misc{S-BIAD1" in run("cite", "S-BIAD1", "--as", "bibtex", "--archive", archive).stdout
    assert (
        run("release", "run", "--archive", archive, "--on", DAY, "--format", "jsonl").stdout == ""
    )
    done = run("release", "run", "--archive", archive, "--on", "2029-01-01", "--format", "jsonl")
    assert [line["accession"] for line in lines(done.stdout)] == ["S-BIAD1"]


def test_help_is_quick_and_every_command_shows_an_example() -> None:
    listed = run("--help").stdout
    from pipeline.cli import COMMANDS

    for name in COMMANDS:
        assert name in listed
        assert "Example: bia-curation" in run(name, "--help").stdout
    loaded = run_python("import sys, pipeline.cli; print(*sys.modules)").split()
    heavy = {"pandas", "prefect", "linkml", "great_expectations", "sqlalchemy", "pydantic", "bioio"}
    assert heavy.isdisjoint(loaded)


def test_validate_loads_no_heavy_library_for_a_document() -> None:
    document = CLEAN / "submission.json"
    code = (
        "import sys; from pipeline.cli import cli\n"
        f"cli.main(['validate', {str(document)!r}, '--no-files'], standalone_mode=False)\n"
        "print(*sys.modules)"
    )
    loaded = run_python(code).splitlines()[-1].split()
    heavy = {"prefect", "linkml", "great_expectations", "sqlalchemy", "bioio", "h5py", "tifffile"}
    assert heavy.isdisjoint(loaded)


def test_nothing_in_the_working_directory_is_run(tmp_path: Path) -> None:
    for name in ("h5py", "json", "pydicom"):
        (tmp_path / f"{name}.py").write_text("open('run', 'w').close()\n")
    shutil.copy(ROOT / "fixtures" / "images" / "dicom" / "a.dcm", tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "sniff", "--deep", ".", "--format", "jsonl"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert {one["path"]: one["kind"] for one in lines(done.stdout)}["./a.dcm"] == "image"
    assert not (tmp_path / "run").exists()


def run_python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
def test_every_real_and_every_malformed_document_is_read_or_refused() -> None:
    paths = [
        path
        for home in (CORPUS / "metadata", CORPUS / "malformed")
        for path in sorted(home.rglob("*"))
        if path.is_file() and path.suffix != ".csv" and path.suffix != ".md"
    ]
    assert len(paths) > 300
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "validate", *paths, "--no-files", "--format", "jsonl"],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    told = lines(done.stdout)
    assert not [line for line in told if line.get("code", "").startswith("INT9")]
    closing = {line["path"]: line for line in told if "read" in line}
    assert set(map(str, paths)) <= closing.keys()
    for path, line in closing.items():
        assert line["read"] or line["errors"], path


def test_numbers_of_an_older_report_are_not_taken(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", "wing-disc-wounding"), tmp_path / "archive"
    curate(source, archive)
    document = source / "wing-disc-wounding" / "submission.json"
    before = document.read_text("utf-8")
    document.write_text(before + "\n", encoding="utf-8")
    words = ("review", "accept", "wing-disc-wounding", "--curator", "A", "--note", "B")
    there = ("--archive", archive, "--on", DAY)
    assert "changed since its report" in run(*words, "--take", "1", *there, code=2).stderr
    document.write_text(before, encoding="utf-8")
    assert "accepted by A; 1 proposal taken\n" in run(*words, "--take", "1", *there).stdout


def test_a_waiver_may_end(tmp_path: Path) -> None:
    source, archive = inbox(tmp_path / "inbox", "wing-disc-wounding"), tmp_path / "archive"
    curate(source, archive)
    there = ("--archive", archive, "--on", DAY, "--format", "json")
    (error,) = (
        one
        for one in json.loads(run("review", "show", "wing-disc-wounding", *there).stdout)[
            "findings"
        ]
        if one["severity"] == "error"
    )
    done = run(
        "review", "waive", "wing-disc-wounding", error["code"], error["location"]["pointer"],
        "--curator", "A", "--note", "B", "--until", "2027-01-31", *there,
    )  # fmt: skip
    assert [one["expiry"] for one in json.loads(done.stdout)["waivers"]] == ["2027-01-31"]


def test_a_field_that_no_study_has_is_told(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    curate(inbox(tmp_path / "inbox", CLEAN.name), archive)
    there = ("--private", "--archive", archive)
    assert "no study has a field 'colour'" in run("search", "colour:red", *there).stderr
    assert run("search", "author:nobody", *there).stderr == ""


@pytest.mark.parametrize("variable", ["BIA_RULES", "BIA_SCHEMAS"])
def test_a_folder_that_is_not_there_is_told(variable: str) -> None:
    done = run(
        "validate", CLEAN / "submission.json", "--no-files", code=3, **{variable: "/nowhere"}
    )
    assert done.stderr == f"bia-curation: not found: {variable} names no folder: /nowhere\n"


def test_a_folder_without_rules_curates_nothing(tmp_path: Path) -> None:
    done = run("normalise", CLEAN / "submission.json", code=3, BIA_RULES=str(tmp_path))
    assert f"{tmp_path} holds no curation rules" in done.stderr


@pytest.mark.parametrize("command", ["review list", "accession audit", "release run", "search x"])
def test_a_folder_that_is_no_archive_is_left_as_it_is(tmp_path: Path, command: str) -> None:
    (tmp_path / "notes.txt").touch()
    done = run(*command.split(), "--archive", tmp_path, code=2)
    assert f"there is no archive at {tmp_path}" in done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["notes.txt"]


def test_an_accession_is_told_the_submission_that_a_review_asks_for(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    curate(inbox(tmp_path / "inbox", CLEAN.name), archive)
    done = run("review", "show", "S-BIAD1", "--archive", archive, code=2)
    assert f"S-BIAD1 is an accession; its submission is {CLEAN.name}" in done.stderr


def test_doctor_tells_what_is_not_there(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    first = {one["what"]: one["state"] for one in doctor(archive)}
    assert (first["archive"], first["schema"], first["prefect"]) == ("warning", "ok", "ok")
    assert not archive.exists()
    curate(inbox(tmp_path / "inbox", CLEAN.name), archive)
    run("accession", "list", "--archive", archive)
    (held,) = (one for one in doctor(archive) if one["what"] == "ledger")
    assert (held["state"], held["told"].partition(",")[0]) == ("ok", "1 accession")
    nowhere = {"PREFECT_API_URL": "http://127.0.0.1:9/api"}
    (server,) = (one for one in doctor(archive, code=1, **nowhere) if one["what"] == "prefect")
    assert server["state"] == "error"
    (archive / "ledger.id").write_text("another", encoding="utf-8")
    assert "error" in {one["state"] for one in doctor(archive, code=1) if one["what"] == "ledger"}


def test_doctor_tells_before_the_first_run_that_the_ledger_does_not_answer(tmp_path: Path) -> None:
    away = {"BIA_LEDGER": "postgresql+psycopg://bia:s3same@127.0.0.1:9/ledger"}
    (told,) = (one for one in doctor(tmp_path / "new", 1, **away) if one["what"] == "ledger")
    assert (told["state"], "s3same" in told["told"]) == ("error", False)
    assert not (tmp_path / "new").exists()


def doctor(archive: Path, code: int = 0, **environment: str) -> list[dict[str, Any]]:
    given = {"PREFECT_API_URL": "", **environment}
    return lines(
        run("doctor", "--archive", archive, "--format", "jsonl", code=code, **given).stdout
    )


def test_withdrawing_tells_of_the_public_copy_that_stays(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    curate(inbox(tmp_path / "inbox", CLEAN.name), archive)
    there = ("--archive", archive)
    run("release", "run", "--on", "2029-01-01", *there)
    assert (
        f"{archive / 'public' / 'S-BIAD1'}"
        in run("accession", "withdraw", "S-BIAD1", *there).stdout
    )
    assert "lindgren" not in run("search", "lindgren", *there).stdout
    assert run("cite", "S-BIAD1", *there).stderr == "S-BIAD1 is withdrawn\n"
    assert "does not hold" in run("accession", "withdraw", "S-BIAD9", *there, code=2).stderr


@pytest.mark.parametrize(("answer", "state"), [("n", "assigned"), ("y", "withdrawn")])
def test_at_a_terminal_a_withdrawal_is_asked_about(tmp_path: Path, answer: str, state: str) -> None:
    archive = tmp_path / "archive"
    curate(inbox(tmp_path / "inbox", CLEAN.name), archive)
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "pipeline", "accession", "withdraw", "S-BIAD1"]
    os.write(ours, f"{answer}\n".encode())
    done = subprocess.run(
        [*command, "--archive", archive],
        stdin=theirs,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert f"Withdraw S-BIAD1 ({CLEAN.name}) for ever?" in done.stdout
    assert done.returncode == (0 if state == "withdrawn" else 1)
    told = run("accession", "show", "S-BIAD1", "--archive", archive, "--format", "jsonl")
    assert json.loads(told.stdout)["state"] == state
