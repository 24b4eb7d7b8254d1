"""`bia-curation codes`, `explain` and `rules`."""

from __future__ import annotations

import click

from pipeline.cli import printing


@click.command()
@printing.format_option
def codes(form: str) -> None:
    """List every kind of finding.

    Example: bia-curation codes --format jsonl
    """
    from pipeline.knowledge import all_codes

    lines = (
        {
            "code": kind.code,
            "name": kind.name,
            "severity": kind.severity,
            "families": [kind.family],
            "explanation": kind.explanation,
        }
        for kind in all_codes()
    )
    printing.rows(form, lines, ("code", "name", "severity"))


@click.command()
@click.argument("code")
def explain(code: str) -> None:
    """Explain one kind of finding: what is wrong, why it matters, what to do.

    Example: bia-curation explain ORC102
    """
    from pipeline.findings import FAMILIES, KINDS
    from pipeline.knowledge import all_codes

    wanted = code.strip()
    found = next((k for k in all_codes() if wanted.upper() == k.code or wanted == k.name), None)
    if found is None:
        raise click.UsageError(f"there is no code {code}; see bia-curation codes")
    family = FAMILIES[found.family]
    printing.put(f"{found.code} {found.name} ({found.severity}; {family}: {KINDS[found.code[3]]})")
    for paragraph in found.explanation.split("\n\n"):
        printing.put(f"\n{paragraph}")


@click.command()
@printing.format_option
def rules(form: str) -> None:
    """List every curation rule.

    Example: bia-curation rules
    """
    from pipeline import resources, rule

    lines = (
        {"id": one.id, "at": one.at, "safety": one.safety, "why": one.why}
        for one in rule.load(resources.rules())
    )
    printing.rows(form, lines, ("id", "at", "safety", "why"))
