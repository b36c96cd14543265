"""Reminders and mails while real workers are killed: benchmarks/kills.py with few deadlines."""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from govportal.launcher import servers
from tests.e2e.test_schedule import python
from tests.test_portal import environment_of, portal

pytestmark = pytest.mark.e2e
KILLS = {"sqlite": 1, "postgresql": 3}

_ENDURE = """
import json, os, sys
from dataclasses import asdict
from pathlib import Path
import django
django.setup()
from benchmarks.kills import Plan, endure
workers, beats, kills = map(int, sys.argv[1:])
plan = Plan(deadlines=600, agencies=25, workers=workers, beats=beats, kills=kills, rows=20, patience=400)
print(json.dumps(asdict(endure(plan, os.environ.get("REDIS_URL"), Path(os.environ["PORTAL_HOME"])))))
"""


@pytest.fixture(params=KILLS)
def environ(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A home whose database is made: PostgreSQL with Redis, or SQLite with the broker of files."""
    environ = environment_of(tmp_path / "home") | {"VENDOR": request.param}
    with ExitStack() as stack:
        if request.param == "postgresql":
            if shutil.which("redis-server") is None:
                pytest.skip("redis-server is not installed")
            environ["DATABASE_URL"] = stack.enter_context(servers.postgresql())
            environ["REDIS_URL"] = str(stack.enter_context(servers.redis()))
        made = portal("manage", "migrate", "--verbosity", "0", environ=environ)
        assert made.returncode == 0, made.stderr
        yield environ


def test_killed_workers_tell_each_rung_once(environ: dict[str, str]) -> None:
    """On SQLite the task in hand is lost with its worker; the next beat finds what was left."""
    kills = KILLS[environ["VENDOR"]]
    workers = "3" if kills > 1 else "1"

    found = json.loads(python(_ENDURE, workers, "2" if kills > 1 else "1", str(kills), environ=environ))

    assert (found["kills"], found["kills_within_round"] > 0) == (kills, True), found
    assert found["rows"] > 400
    assert min(found["mails"], found["hooks"]) > 0
    wrong = ("missing_rows", "other_rows", "missing_inbox", "without_mail", "unsent", "unseen", "unknown")
    assert {name: found[name] for name in wrong if found[name]} == {}
    assert found["repeats"] <= kills
