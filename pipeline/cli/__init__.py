"""The command line: `bia-curation`; one module a group of commands, loaded when called."""

from __future__ import annotations

import importlib
import io
import os
import sys
from typing import Any

import click

COMMANDS: dict[str, tuple[str, str]] = {
    "validate": ("validate", "Find what is wrong in documents, file lists, images and folders."),
    "normalise": ("normalise", "Print a submission's metadata as one JSON object."),
    "sniff": ("sniff", "Tell what image files are, by their content."),
    "curate": ("curate", "Curate submissions: the main job."),
    "review": ("review", "Decide submissions that wait for a curator."),
    "accession": ("accession", "Show, reserve, withdraw and audit accessions."),
    "release": ("release", "Bring out studies whose release date has come."),
    "revalidate": (
        "revalidate",
        "Try a candidate schema on every record, or curate all anew.",
    ),
    "cite": ("cite", "Print how to cite a study."),
    "export": ("cite", "Print a curated record in another form."),
    "funding": ("funding", "List the grants of released studies, for a funding report."),
    "search": ("search", "Find studies by any field of their metadata."),
    "codes": ("codes", "List every kind of finding."),
    "explain": ("codes", "Explain one kind of finding."),
    "rules": ("codes", "List every curation rule."),
    "serve": ("serve", "Run the schedules, Prefect's page and its reviews for an archive."),
    "doctor": ("doctor", "Look whether all that curation needs is there and works."),
    "registries": ("registries", "Show the registries' snapshots, or load official dumps."),
}
COULD_NOT_RUN = 3


class Lazy(click.Group):
    """Commands whose modules are imported only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"{__name__}.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; done, too, where the reader of its output went away, such as `head`."""
        try:
            done = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # What is left in the buffer would be refused once more when the process ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)
        return done

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, what) for name, (_, what) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of a failure of the pipeline.")
@click.version_option(package_name="bia-curation-pipeline")
def cli(debug: bool) -> None:
    """Curate submissions to a bioimage archive.

    Example: bia-curation curate inbox --archive archive
    """


def main() -> None:
    """Run the command line; exit 3 with one line where the pipeline could not run."""
    _write_anything()
    arguments = [one for one in sys.argv[1:] if one != "--debug"]
    try:
        sys.exit(cli.main(args=arguments, standalone_mode=False) or 0)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.Abort:
        _say("interrupted")
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except Exception as failed:
        if debugging():
            raise
        _say(f"{_kind(failed)}: {failed}" if str(failed) else _kind(failed))


def debugging() -> bool:
    """Whether a failure of the pipeline shall show its traceback."""
    return "--debug" in sys.argv[1:]


def _write_anything() -> None:
    """Let programs read UTF-8 whatever the locale is, and a terminal show what it cannot write."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def _say(message: str) -> Any:
    click.echo(f"bia-curation: {message}", err=True)
    sys.exit(COULD_NOT_RUN)


def _kind(failed: Exception) -> str:
    names = {
        PermissionError: "not allowed",
        FileNotFoundError: "not found",
        OSError: "the system refused",
        MemoryError: "out of memory",
    }
    return names.get(type(failed), f"could not run ({type(failed).__name__})")
