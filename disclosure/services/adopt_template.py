"""Key-area lists as ready templates: loaded as seed rows, adopted into the catalogue in one step."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from disclosure.catalogue_table import read_rows
from disclosure.enums import Level
from disclosure.models import CatalogueEntry, CatalogueTemplate
from disclosure.models.catalogue_entry import CatalogueFields
from disclosure.services.import_catalogue import EntryNumbers, lock_catalogue
from govportal import audit
from govportal.dbsetup import Seed
from govportal.models import PublicRevision
from govportal.tables import read_table

FOLDER = Path(__file__).resolve().parent.parent / "key_areas"
_FIELDS = [field.name for field in CatalogueFields._meta.get_fields()]


@dataclass(frozen=True, slots=True)
class Adoption:
    """What adopting a template adds, and the entries it would repeat (same domain and matters)."""

    missing: tuple[CatalogueTemplate, ...]
    present: tuple[CatalogueEntry, ...]


def seed() -> Seed:
    return Seed("catalogue_templates", _load)


def _load(using: str) -> None:
    """Add the lines of key_areas/*.csv that are not there; lines an administrator changed stay."""
    rows = CatalogueTemplate.objects.using(using)
    known = set(rows.values_list("template", "domain", "level1", "level2"))
    new = []
    for level in (Level.TOWNSHIP, Level.COUNTY, Level.CITY):
        for position, row in enumerate(read_rows(read_table(FOLDER / f"{level.value}.csv")), 1):
            values = row.values | {"responsible_kinds": list(row.kinds or ())}
            values.pop("guessed_category", None)
            if (level.value, values["domain"], values["level1"], values["level2"]) not in known:
                new.append(CatalogueTemplate(template=level, position=position, **values))
    rows.bulk_create(new)


def preview(template: str) -> Adoption:
    """What `adopt_template` would do now."""
    present = {(entry.domain, entry.level1, entry.level2): entry for entry in CatalogueEntry.objects.order_by("-id")}
    lines = list(CatalogueTemplate.objects.filter(template=template))
    keys = [(line.domain, line.level1, line.level2) for line in lines]
    return Adoption(
        missing=tuple(line for line, key in zip(lines, keys, strict=True) if key not in present),
        present=tuple(present[key] for key in keys if key in present),
    )


@transaction.atomic
def adopt_template(template: str, *, actor: Any) -> Adoption:
    """Create the entries of a template that the catalogue lacks; those already there are left as they are."""
    lock_catalogue()
    PublicRevision.raise_number()
    adoption = preview(template)
    numbers = EntryNumbers()
    for line in adoption.missing:
        entry = CatalogueEntry(
            **{name: getattr(line, name) for name in _FIELDS},
            code=numbers.next_code(line.domain),
            position=numbers.next_position(),
            source=_("重点领域目录模板（%(level)s）") % {"level": Level(template).label},
        )
        entry.save()
        audit.record(actor, "catalogue.adopt", entry, after={"template": template, "code": entry.code})
    return adoption
