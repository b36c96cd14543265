"""Jobs of the print queue, ordered by the service."""

from datetime import datetime
from typing import Any

from disclosure.enums import PrintFormat, PrintKind
from disclosure.models import PrintJob
from disclosure.services import print_jobs
from disclosure.services.print_jobs import Volume, Wish
from govportal.models import User
from govportal.now import now


def make_wish(parts: int = 2, *, title: str = "权力清单", **values: Any) -> Wish:
    volumes = tuple(Volume(f"{title}-第{n}册", {"items": [], "number": n}) for n in range(1, parts + 1))
    return Wish(PrintKind.TABLE, PrintFormat.ZIP, title, volumes, **values)


def make_job(
    parts: int = 2, *, title: str = "权力清单", actor: User | None = None, at: datetime | None = None, **values: Any
) -> PrintJob:
    return print_jobs.order(make_wish(parts, title=title, **values), actor=actor, at=at or now())
