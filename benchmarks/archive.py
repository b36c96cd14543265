"""Importing a real archive, and what the publication log notices afterwards."""

import json
import time
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from benchmarks.measure import Context, Measure
from disclosure.database import guards
from disclosure.models import Edition
from disclosure.services.verify_log import verify
from govportal.models import Agency, User

LAWS = (
    "source_id=id,title=title,body=body,document_number=doc_number,issuer=issuing_org,formed_on=first_adopted,"
    "published_on=publish_date,effective_on=effective_date,validity=status,topic=category"
)
POLICIES = (
    "source_id=id,title=title,body=body_html,document_number=doc_number,index_number=index_number,"
    "issuer=issuing_org,formed_on=written_date,published_on=publish_date,topic=topic,keywords=keywords"
)


def run(context: Context) -> list[Measure]:
    if context.data is None:
        return []
    Agency.objects.create(code="archive", name="县人民政府")
    User.objects.create_superuser("archivist")
    files = ((context.data / "laws/laws.jsonl", LAWS), (context.data / "gov_policy/state_council_docs.jsonl", POLICIES))
    seconds = sum(_import(path, fields, context.home) for path, fields in files)
    started = time.perf_counter()
    result = verify()
    verified = time.perf_counter() - started
    with_text = sum(_has_text(line) for path, _fields in files for line in path.open(encoding="utf-8"))
    return [
        Measure("import 550 laws and 38 documents, published", seconds, "s", limit=30),
        Measure("rows with a text that were not published", with_text - result.editions, "rows", limit=0),
        Measure("verify_log", verified, "s"),
        Measure("faults in an untouched log", len(result.faults), "faults", limit=0),
        Measure("editions whose flipped byte goes unnamed", _unnoticed_flips(), "editions", limit=0),
    ]


def _import(path: Path, fields: str, home: Path) -> float:
    started = time.perf_counter()
    with (home / "import.txt").open("w") as out:
        call_command(
            "import_items", str(path), agency="archive", type="general", fields=fields, by="archivist",
            publish=True, reason="基准测试", stdout=out, stderr=out,
        )  # fmt: skip
    return time.perf_counter() - started


def _has_text(line: str) -> bool:
    row = json.loads(line)
    return bool((row.get("body") or row.get("body_text") or "").strip())


def _unnoticed_flips() -> int:
    """Flip one bit of one byte of every stored body; count the editions that verify does not name."""
    with connection.cursor() as cursor:
        for guard in guards():
            for statement in guard.drop[connection.vendor]:
                cursor.execute(statement)
        # The closing bracket at the end of the text becomes a question mark: one bit of one byte.
        cursor.execute(
            "UPDATE disclosure_edition SET body = substr(body, 1, length(body) - 1) || '?' WHERE state = 'published'"
        )
        for guard in guards():
            for statement in guard.create[connection.vendor]:
                cursor.execute(statement)
    named = {fault.split("（", 1)[1].split(" 第", 1)[0] for fault in verify().faults if "（" in fault}
    published = Edition.objects.filter(state="published").values_list("item__index_number", flat=True)
    return sum(number not in named for number in published)
