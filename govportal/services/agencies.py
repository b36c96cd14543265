"""Agencies: the one place where a row of the tree is written, with what follows from its name and place."""

import re
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from govportal import audit
from govportal.models import Agency, PublicRevision
from govportal.pinyin import first_letters

# The area in front of a name (县民政局, 澄明县民政局): with it, every agency would stand under one letter.
_AREA = re.compile(r"^(?:[县区省]|市(?![场政容])|[^县市]{2,4}[县市])(?=..)")


def initials_of(name: str) -> str:
    """The pinyin initials people type to find an agency: 县民政局 → mzj. At most 60."""
    core = _AREA.sub("", name)
    return "".join(part[0] for part in first_letters(core)).lower()[:60]


@transaction.atomic
def save_agency(agency: Agency, *, actor: Any = None, note: str = "") -> Agency:
    """Write an agency with its path and initials, and move those below it along. Audited; no actor is the system.

    Raises ValidationError if the parent is the agency itself or below it.
    """
    before = Agency.objects.select_for_update().filter(pk=agency.pk).first() if agency.pk else None
    agency.clean()
    agency.initials = initials_of(agency.display_name)
    agency.path = f"{agency.parent.path}{agency.parent_id}/" if agency.parent else "/"
    agency.save()
    if before and before.path != agency.path:
        _move_below(before.path, agency)
    verb = "agency.change" if before else "agency.add"
    old, new = audit.differences(audit.snapshot(before) if before else {}, audit.snapshot(agency))
    if new:
        audit.record(actor, verb, agency, agency=agency, before=old if before else {}, after=new, note=note)
    PublicRevision.raise_number()
    return agency


def _move_below(old_path: str, agency: Agency) -> None:
    old = f"{old_path}{agency.pk}/"
    below = Agency.objects.filter(path__startswith=old)
    below.update(path=Concat(Value(f"{agency.path}{agency.pk}/"), Substr(F("path"), len(old) + 1)))
