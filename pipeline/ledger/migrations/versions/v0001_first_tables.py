"""The first tables, and triggers that keep what must not change."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _at() -> sa.Column[Any]:
    return sa.Column(
        "at",
        sa.DateTime(timezone=True),
        server_default=sa.text("CURRENT_TIMESTAMP"),
        nullable=False,
    )


def upgrade() -> None:
    """Make every table, then the triggers."""
    op.create_table(
        "counters",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("next", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    _make_submissions()
    _make_runs()
    _make_accessions()
    op.create_table(
        "file_hashes",
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("path", name="pk_file_hashes"),
    )
    keep = {
        ("decisions", "UPDATE"): "",
        ("decisions", "DELETE"): "",
        ("accessions", "DELETE"): "",
        ("accessions", "UPDATE"): (
            "OLD.value <> NEW.value OR OLD.prefix <> NEW.prefix OR OLD.number <> NEW.number "
            "OR OLD.submission IS NOT NULL "
            "AND (NEW.submission IS NULL OR OLD.submission <> NEW.submission)"
        ),
        ("record_versions", "DELETE"): "",
        ("record_versions", "UPDATE"): (
            "OLD.digest <> NEW.digest OR OLD.decision_digest <> NEW.decision_digest "
            "OR OLD.version <> NEW.version OR OLD.accession <> NEW.accession"
        ),
    }
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION ledger_keeps() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the ledger keeps %', TG_TABLE_NAME; END $$"
        )
    for (table, act), when in keep.items():
        _keep(table, act, when)


def _make_submissions() -> None:
    op.create_table(
        "submissions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("arrival", sa.BigInteger, nullable=False),
        sa.Column("received", sa.Date),
        sa.Column("title", sa.Text),
        sa.Column("first_author", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"),
        sa.UniqueConstraint("arrival", name="uq_submissions_arrival"),
    )
    op.create_index("ix_submissions_title_first_author", "submissions", ["title", "first_author"])
    op.create_table(
        "contents",
        sa.Column("submission", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("content_digest", sa.Text, nullable=False),
        sa.Column("arrival", sa.BigInteger, nullable=False),
        sa.Column("received", sa.Date, nullable=False),
        sa.Column("stored", sa.Text),
        _at(),
        sa.PrimaryKeyConstraint("submission", "digest", name="pk_contents"),
        sa.UniqueConstraint("arrival", name="uq_contents_arrival"),
        sa.ForeignKeyConstraint(["submission"], ["submissions.id"], name="fk_contents_submission"),
    )
    op.create_index("ix_contents_content_digest", "contents", ["content_digest"])


def _make_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("submission", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("since", sa.Date),
        sa.Column("errors", sa.Integer),
        sa.Column("proposals", sa.Integer),
        sa.Column("report", sa.Text),
        sa.Column("evidence", sa.Integer),
        sa.Column("evidence_digest", sa.Text),
        sa.Column("finished", sa.DateTime(timezone=True)),
        _at(),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.ForeignKeyConstraint(["submission"], ["submissions.id"], name="fk_runs_submission"),
        sa.ForeignKeyConstraint(["evidence"], ["runs.id"], name="fk_runs_evidence"),
        sa.CheckConstraint(
            "outcome IN ('accessioned', 'unchanged', 'waiting-for-files', 'needs-review', "
            "'returned', 'failed')",
            name="ck_runs_outcome",
        ),
    )
    op.create_index("ix_runs_submission", "runs", ["submission"])
    op.create_table(
        "findings",
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("place", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run", "number", name="pk_findings"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_findings_run"),
        sa.CheckConstraint("severity IN ('error', 'warning', 'hint')", name="ck_findings_severity"),
    )
    op.create_index("ix_findings_code", "findings", ["code"])
    op.create_table(
        "changes",
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("safety", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run", "number", name="pk_changes"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_changes_run"),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("submission", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("curator", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("after_run", sa.Integer),
        sa.Column("body", sa.Text, nullable=False),
        _at(),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.ForeignKeyConstraint(["submission"], ["submissions.id"], name="fk_decisions_submission"),
        sa.ForeignKeyConstraint(["after_run"], ["runs.id"], name="fk_decisions_after_run"),
        sa.CheckConstraint("verdict IN ('accept', 'return', 'hold')", name="ck_decisions_verdict"),
    )
    op.create_index("ix_decisions_submission", "decisions", ["submission"])


def _make_accessions() -> None:
    op.create_table(
        "accessions",
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("submission", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("doi", sa.Text),
        _at(),
        sa.PrimaryKeyConstraint("value", name="pk_accessions"),
        sa.UniqueConstraint("submission", name="uq_accessions_submission"),
        sa.UniqueConstraint("prefix", "number", name="uq_accessions_prefix_number"),
        sa.ForeignKeyConstraint(
            ["submission"], ["submissions.id"], name="fk_accessions_submission"
        ),
        sa.CheckConstraint(
            "state IN ('assigned', 'imported', 'reserved', 'withdrawn')", name="ck_accessions_state"
        ),
        sa.CheckConstraint(
            "submission IS NOT NULL OR state IN ('reserved', 'withdrawn')",
            name="ck_accessions_bound",
        ),
    )
    op.create_table(
        "record_versions",
        sa.Column("accession", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("decision_digest", sa.Text, nullable=False),
        sa.Column("release_date", sa.Date),
        sa.Column("emitted", sa.Boolean, nullable=False),
        _at(),
        sa.PrimaryKeyConstraint("accession", "version", name="pk_record_versions"),
        sa.ForeignKeyConstraint(
            ["accession"], ["accessions.value"], name="fk_record_versions_accession"
        ),
        sa.CheckConstraint("version >= 1", name="ck_record_versions_version"),
    )
    op.create_table(
        "releases",
        sa.Column("accession", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("released_on", sa.Date, nullable=False),
        _at(),
        sa.PrimaryKeyConstraint("accession", "version", name="pk_releases"),
        sa.ForeignKeyConstraint(
            ["accession", "version"],
            ["record_versions.accession", "record_versions.version"],
            name="fk_releases_accession_version",
        ),
    )


def _keep(table: str, act: str, when: str) -> None:
    """A trigger that refuses an UPDATE or DELETE of a table, always or under a condition."""
    name = f"keep_{table}_{act.lower()}"
    head = f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW"
    clause = f" WHEN ({when})" if when else ""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"{head}{clause} EXECUTE FUNCTION ledger_keeps()")
    else:
        op.execute(f"{head}{clause} BEGIN SELECT RAISE(ABORT, 'the ledger keeps {table}'); END")
