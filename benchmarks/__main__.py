"""`./portal bench [name …]`: run the benchmarks on SQLite and on PostgreSQL and print one table.

Exits 0 whatever the numbers are: a slow machine is no fault of the code. What is beyond its limit
is marked ✗. DATABASE_URL is not used: both databases are made for the purpose and thrown away.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import Measure
from govportal.launcher import servers
from govportal.launcher.home import ROOT, make_home


def available() -> list[str]:
    """Modules of this package with a function `run`."""
    return sorted(file.stem for file in Path(__file__).parent.glob("*.py") if "\ndef run(context: " in file.read_text())


def main(names: Sequence[str]) -> int:
    known = available()
    if unknown := [name for name in names if name not in known]:
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    chosen = names or known
    sqlite = {name: measure(name, "sqlite", "") for name in chosen}
    postgresql = {}
    for name in chosen:
        with servers.postgresql() as address:  # one each: a benchmark begins on an empty database
            postgresql[name] = measure(name, "postgresql", address)
    print_table(sqlite, postgresql)
    return 0


def measure(name: str, vendor: str, database_url: str) -> list[Measure]:
    """Run one benchmark in a process and a home of its own. One that fails is reported and gives nothing."""
    print(f"portal: measuring {name} on {vendor}", file=sys.stderr, flush=True)
    with servers.temporary_home("bench") as home:
        environ = {**os.environ, "PORTAL_HOME": str(home), "DATABASE_URL": database_url}
        make_home(environ)
        results = home / "measures.json"
        command = [sys.executable, "-m", "benchmarks.child", name, vendor, str(results)]
        if subprocess.run(command, cwd=ROOT, env=environ, stdout=2, check=False).returncode:
            print(f"portal: {name} failed on {vendor}; the lines above say why", file=sys.stderr)
            return []
        return [Measure(**values) for values in json.loads(results.read_text())]


def print_table(sqlite: dict[str, list[Measure]], postgresql: dict[str, list[Measure]]) -> None:
    print(f"{'measure':<60}{'limit':>14}{'SQLite':>16}{'PostgreSQL':>16}")
    for benchmark, measures in sqlite.items():
        print(benchmark)
        columns = ({m.name: m for m in measures}, {m.name: m for m in postgresql[benchmark]})
        for name in dict.fromkeys([*columns[0], *columns[1]]):
            either = columns[0].get(name) or columns[1][name]
            limit = "" if either.limit is None else f"{'≥' if either.at_least else '≤'} {either.limit:g}"
            cells = "".join(f"{_cell(column.get(name)):>16}" for column in columns)
            print(f"  {name:<58}{limit:>14}{cells}")


def _cell(measure: Measure | None) -> str:
    if measure is None:
        return "–"
    return f"{measure.value:.4g} {measure.unit}" + ("" if measure.is_met else " ✗")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
