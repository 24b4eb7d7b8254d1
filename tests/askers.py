"""Many processes ask one ledger for accessions at once and some are killed; run by its test.

    python askers.py race|kill LEDGER VARIANT SEED

prints one JSON object: what was answered, what failed, what the ledger held.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import alembic.config
import alembic.runtime.environment
import alembic.script
import psycopg
import sqlalchemy as sa
import sqlalchemy.dialects.postgresql.psycopg
import sqlalchemy.dialects.sqlite.pysqlite
from sqlalchemy.exc import SQLAlchemyError

from pipeline.ledger import Ledger, assign, open_ledger
from pipeline.ledger.tables import accessions, record_versions

# Imported before the forks, so that no child spends its time on it.
FORKED_WITH = (alembic, sqlalchemy.dialects.postgresql.psycopg, psycopg)

PROCESSES = 16
KILLS = 12
SUBMISSIONS = [f"study {number}" for number in range(24)]


class Autocommit(Ledger):
    """No transaction: every statement stands for itself."""

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        with self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="AUTOCOMMIT")
            else:
                connection.execution_options(ledger_begin="SELECT 1")
            yield connection


class Deferred(Ledger):
    """A transaction that starts as a reader."""

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        with self.engine.connect() as connection:
            connection.execution_options(ledger_begin="BEGIN")
            with connection.begin():
                yield connection


def apart(after: str) -> Callable[[sa.Engine], Ledger]:
    """Two transactions: one ends after a kind of statement, another begins."""

    def variant(engine: sa.Engine) -> Ledger:
        @sa.event.listens_for(engine, "after_cursor_execute")
        def _split(connection: sa.Connection, _: Any, statement: str, *__: Any) -> None:
            if statement.startswith(after):
                driver: Any = connection.connection.driver_connection
                driver.commit()
                time.sleep(0.01)  # a process may be kept waiting between any two statements
                if connection.dialect.name == "sqlite":
                    driver.execute("BEGIN IMMEDIATE")

        return Ledger(engine)

    return variant


VARIANTS: dict[str, Callable[[sa.Engine], Ledger]] = {
    "as it is": Ledger,
    "no transaction": Autocommit,
    "deferred begin": Deferred,
    "number and accession apart": apart("SELECT counters"),
    "accession and version apart": apart("INSERT INTO accessions"),
}


def ask(where: str, variant: str, names: list[str], out: int) -> None:
    with open_ledger(where) as opened:
        ledger = VARIANTS[variant](opened.engine)
        for name in names:
            accession, version = assign(ledger, name, "digest")
            os.write(out, f"{json.dumps([name, accession.value, version])}\n".encode())


def fork(call: Callable[[], None], out: int) -> int:
    """Start a child; what it raises becomes one line of the answers."""
    child = os.fork()
    if child:
        return child
    try:
        call()
    except (SQLAlchemyError, RuntimeError, ValueError) as why:
        os.write(out, f"{json.dumps([type(why).__name__, str(why)[:300]])}\n".encode())
    finally:
        os._exit(0)


def race(where: str, variant: str, seed: int) -> dict[str, Any]:
    chance = random.Random(seed)
    with tempfile.TemporaryFile() as file:
        out = file.fileno()
        gate, opening = os.pipe()

        def child() -> int:
            names = chance.sample(SUBMISSIONS, len(SUBMISSIONS))

            def call() -> None:
                with contextlib.suppress(OSError):  # closed before a replacement was forked
                    os.close(opening)
                os.read(gate, 1)
                ask(where, variant, names, out)

            return fork(call, out)

        alive = [child() for _ in range(PROCESSES)]
        os.close(opening)
        killed = 0
        for _ in range(KILLS):
            time.sleep(chance.uniform(0, 0.06))
            one = chance.choice(alive)
            os.kill(one, signal.SIGKILL)
            _, status = os.waitpid(one, 0)
            killed += os.WIFSIGNALED(status)
            alive[alive.index(one)] = child()
        for one in alive:
            os.waitpid(one, 0)
        file.seek(0)
        lines = [json.loads(line) for line in file]
    return {"answers": lines, "killed": killed, **held(where)}


def kill(where: str, variant: str, seed: int) -> dict[str, Any]:
    """Kill one asker after the other a statement later, look, and ask again."""
    open_ledger(where).close()
    answers: list[Any] = []
    torn: list[str] = []
    killed = 0
    for step in range(1, 100):
        name = f"study {step}"
        with tempfile.TemporaryFile() as file:
            out = file.fileno()
            child = fork(lambda: dying(where, variant, name, step), out)  # noqa: B023
            _, status = os.waitpid(child, 0)
            killed += os.WIFSIGNALED(status)
            before = held(where)
            torn += before["torn"]
            os.waitpid(fork(lambda: ask(where, variant, [name], out), out), 0)  # noqa: B023
            file.seek(0)
            answers += [json.loads(line) for line in file]
        if not os.WIFSIGNALED(status):
            break
    state = held(where)
    return {"answers": answers, "killed": killed, **state, "torn": torn + state["torn"]}


def dying(where: str, variant: str, name: str, step: int) -> None:
    """Ask, and die by SIGKILL before the given statement, commit included, or before answering."""
    with open_ledger(where) as opened:
        left = step

        def count(*_: Any) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        sa.event.listen(opened.engine, "before_cursor_execute", count)
        sa.event.listen(opened.engine, "commit", count)
        assign(VARIANTS[variant](opened.engine), name, "digest")
        count()


def held(where: str) -> dict[str, Any]:
    """What the ledger holds: submissions with accessions, and accessions without a version."""
    with open_ledger(where) as ledger, ledger.read() as connection:
        bound = connection.execute(
            sa.select(accessions.c.submission, accessions.c.value).order_by(accessions.c.number)
        )
        torn = connection.execute(
            sa.select(accessions.c.value).where(
                accessions.c.value.not_in(sa.select(record_versions.c.accession))
            )
        )
        return {"bound": [list(row) for row in bound], "torn": list(torn.scalars())}


if __name__ == "__main__":
    job, ledger_place, chosen, number = sys.argv[1:]
    done = {"race": race, "kill": kill}[job](ledger_place, chosen, int(number))
    json.dump(done, sys.stdout)
