"""Import a standard catalogue: read (pure) → plan (what would happen, the preview) → apply in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from disclosure.catalogue_table import CatalogueRow, read_rows
from disclosure.models import CatalogueEntry, IndexCounter
from disclosure.responsible import AgencyRegister, Registered, Responsible
from disclosure.types import ITEM_TYPES
from govportal import audit
from govportal.imports import ImportResult, Outcome, RowOutcome
from govportal.models import Agency, PublicRevision
from govportal.pinyin import first_letters
from govportal.tables import UnreadableTable, read_table

MAX_ROWS = 5_000  # the catalogues of a whole county; an upload is answered within seconds

type Identity = tuple[str, str, str, str]


@dataclass(slots=True)
class Planned:
    """What is to be done for one row."""

    row: CatalogueRow
    outcome: Outcome
    entry: CatalogueEntry | None = None
    changes: dict[str, Any] | None = None
    agencies: frozenset[int] | None = None  # None: leave them

    def result(self) -> RowOutcome:
        return RowOutcome(self.row.number, self.outcome, self.row.label, tuple(self.row.messages))


def import_catalogue(source: "Path | File[Any]", *, actor: Any, is_dry_run: bool = False) -> ImportResult:
    """Write the entries of a catalogue, or only say what would happen. Idempotent.

    An entry is known again by its code, else by domain, matters and responsible body.
    Raises UnreadableTable if the file is no table or has no header known here.
    """
    rows = read_rows(read_table(source, max_rows=MAX_ROWS))
    if not rows:
        raise UnreadableTable(_("表头下面没有内容。"))
    if is_dry_run:
        return ImportResult(tuple(planned.result() for planned in plan(rows)))
    with transaction.atomic():
        lock_catalogue()
        PublicRevision.raise_number()
        steps = plan(rows)
        _apply(steps, actor)
    return ImportResult(tuple(planned.result() for planned in steps))


def lock_catalogue() -> None:
    """Make whoever else is to number entries wait until this transaction ends, and read what it wrote."""
    IndexCounter.locked("catalogue")


def load_register() -> AgencyRegister:
    """The agencies in force, those high in the tree first."""
    fields = ("pk", "code", "name", "short_name", "kind")
    rows = Agency.objects.filter(is_active=True).order_by("path", "pk").values_list(*fields)
    return AgencyRegister(sorted((Registered(*row) for row in rows), key=lambda agency: agency.kind == "village"))


def plan(rows: Iterable[CatalogueRow]) -> list[Planned]:
    """What importing the rows would do now. Reads the database and writes nothing."""
    register = load_register()
    entries = list(CatalogueEntry.objects.prefetch_related("agencies"))
    by_code = {entry.code: entry for entry in entries}
    by_identity = {_identity_of(entry): entry for entry in reversed(entries)}
    seen: dict[Any, int] = {}
    steps: list[Planned] = []
    for row in rows:
        agencies = _settle_responsible(row, register)
        if (key := row.values.get("item_type")) and key not in ITEM_TYPES:
            row.messages.append(_("不认识的信息类型“%(key)s”，按一般公开信息登记。") % {"key": key[:30]})
            del row.values["item_type"]
        code, identity = row.values.pop("code", ""), _identity(row)
        first = seen.setdefault(code or identity, row.number)
        if first != row.number:
            row.refuse(_("与第 %(row)s 行是同一事项，以第 %(row)s 行为准。") % {"row": first})
        if row.is_refused:
            steps.append(Planned(row, Outcome.PROBLEM))
            continue
        entry = by_code.get(code) if code else by_identity.get(identity)
        steps.append(_step(row, entry or CatalogueEntry(code=code), agencies))
    return steps


def _step(row: CatalogueRow, entry: CatalogueEntry, agencies: frozenset[int] | None) -> Planned:
    guessed = row.values.pop("guessed_category", None)
    if entry._state.adding:
        values = row.values | ({"category": guessed} if guessed else {})
        return Planned(row, Outcome.CREATED, entry, values, agencies)
    changes = {name: value for name, value in row.values.items() if getattr(entry, name) != value}
    has_agencies = frozenset(agency.pk for agency in entry.agencies.all())
    if not changes and agencies in (None, has_agencies):
        return Planned(row, Outcome.UNCHANGED, entry)
    return Planned(row, Outcome.UPDATED, entry, changes, agencies)


def _settle_responsible(row: CatalogueRow, register: AgencyRegister) -> frozenset[int] | None:
    """The agencies of the row; its kinds go into the values. Codes and kinds given as such win over free text."""
    coded = register.by_codes(row.agency_codes) if row.agency_codes else Responsible()
    is_given = bool(row.agency_codes or row.kinds)
    told = Responsible() if is_given or row.responsible is None else register.find(row.responsible)
    if row.responsible is None and row.agency_codes is None and row.kinds is None:
        return None
    row.values["responsible_kinds"] = list(row.kinds or told.kinds)
    row.messages += [
        _("公开主体“%(name)s”不在单位名录中。") % {"name": name[:40]} for name in coded.unmapped + told.unmapped
    ]
    if not (is_given or row.responsible):
        row.messages.append(_("没有公开主体。"))
    return coded.agencies | told.agencies


def _identity(row: CatalogueRow) -> Identity:
    values = row.values
    return values["domain"], values["level1"], values["level2"], values.get("responsible_text", "")


def _identity_of(entry: CatalogueEntry) -> Identity:
    return entry.domain, entry.level1, entry.level2, entry.responsible_text


def _apply(steps: list[Planned], actor: Any) -> None:
    numbers = EntryNumbers()
    new: list[CatalogueEntry] = []
    written: list[tuple[Planned, CatalogueEntry, dict[str, Any] | None]] = []
    for step in steps:
        if step.entry is None or step.changes is None:
            continue
        entry, is_new = step.entry, step.entry._state.adding
        before = None if is_new else {name: getattr(entry, name) for name in step.changes}
        for name, value in step.changes.items():
            setattr(entry, name, value)
        if is_new:
            entry.code = entry.code or numbers.next_code(entry.domain)
            entry.position = numbers.next_position()
            new.append(entry)
        else:
            entry.save()
        written.append((step, entry, before))
    CatalogueEntry.objects.bulk_create(new, batch_size=500)
    _link_agencies(written)
    for step, entry, before in written:
        verb = "catalogue.add" if before is None else "catalogue.change"
        audit.record(actor, verb, entry, before=before, after=step.changes, note=_("导入"))


def _link_agencies(written: list[tuple[Planned, CatalogueEntry, dict[str, Any] | None]]) -> None:
    link = CatalogueEntry.agencies.through
    links = []
    for step, entry, before in written:
        if step.agencies is None:
            continue
        if before is None:
            links += [link(catalogueentry=entry, agency_id=agency) for agency in sorted(step.agencies)]
        else:
            entry.agencies.set(step.agencies)
    link.objects.bulk_create(links, batch_size=500)


class EntryNumbers:
    """Codes and places for new entries: the initials of the domain and the next number, 城乡规划 → CXGH-001."""

    def __init__(self) -> None:
        self._codes = set(CatalogueEntry.objects.values_list("code", flat=True))
        self._last: dict[str, int] = {}
        self._position = max(CatalogueEntry.objects.values_list("position", flat=True), default=0)

    def next_code(self, domain: str) -> str:
        letters = "".join(first_letters(domain)).upper()
        prefix = "".join(letter for letter in letters if letter.isascii() and letter.isalnum())[:8] or "X"
        number = self._last.get(prefix, 0) + 1
        while f"{prefix}-{number:03}" in self._codes:
            number += 1
        self._last[prefix] = number
        self._codes.add(f"{prefix}-{number:03}")
        return f"{prefix}-{number:03}"

    def next_position(self) -> int:
        self._position += 1
        return self._position
