"""One benchmark on one database, in a process of its own: `python -m benchmarks.child NAME VENDOR RESULTS`."""

import importlib
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

import django
from django.core.management import call_command

from benchmarks.measure import Context


def main(name: str, vendor: str, results: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "govportal.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    data = os.environ.get("PORTAL_DATA")
    context = Context(vendor=vendor, home=Path(os.environ["PORTAL_HOME"]), data=Path(data) if data else None)
    measures = importlib.import_module(f"benchmarks.{name}").run(context)
    Path(results).write_text(json.dumps([asdict(measure) for measure in measures]))


if __name__ == "__main__":
    main(*sys.argv[1:])
