import pytest

from disclosure.enums import Level, TimingKind
from disclosure.models import CatalogueEntry, CatalogueTemplate
from disclosure.services.adopt_template import adopt_template, preview, seed
from govportal.models import AuditEvent
from tests.factories import make_catalogue_entry, make_user

pytestmark = pytest.mark.django_db

LEVELS = [Level.TOWNSHIP, Level.COUNTY, Level.CITY]


@pytest.fixture(autouse=True)
def seeded() -> None:
    seed().apply("default")


@pytest.mark.parametrize("level", LEVELS)
def test_template_has_at_least_twenty_lines_with_rule_and_kind(level: Level) -> None:
    lines = list(CatalogueTemplate.objects.filter(template=level))

    assert len(lines) >= 20
    assert not [line for line in lines if line.timing_kind == TimingKind.UNPARSED]
    assert all(line.responsible_kinds and line.channels and line.basis and line.elements for line in lines)


def test_seed_again_adds_nothing_and_keeps_changes() -> None:
    changed = CatalogueTemplate.objects.filter(template=Level.COUNTY)[0]
    changed.elements = "改过的要素"
    changed.save()
    count = CatalogueTemplate.objects.count()

    seed().apply("default")

    assert CatalogueTemplate.objects.count() == count
    assert CatalogueTemplate.objects.get(pk=changed.pk).elements == "改过的要素"


@pytest.mark.parametrize("level", LEVELS)
def test_adopt_creates_every_line_and_audits(level: Level) -> None:
    count = CatalogueTemplate.objects.filter(template=level).count()

    adoption = adopt_template(level, actor=make_user())

    assert len(adoption.missing) == CatalogueEntry.objects.count() == count
    assert AuditEvent.objects.filter(action="catalogue.adopt").count() == count


def test_adopt_twice_reports_those_already_there() -> None:
    adopt_template(Level.TOWNSHIP, actor=None)
    count = CatalogueEntry.objects.count()

    again = adopt_template(Level.TOWNSHIP, actor=None)

    assert (len(again.missing), len(again.present), CatalogueEntry.objects.count()) == (0, count, count)


def test_adopt_leaves_entry_of_same_matter_as_it_is() -> None:
    line = CatalogueTemplate.objects.filter(template=Level.CITY)[0]
    own = make_catalogue_entry(domain=line.domain, level1=line.level1, level2=line.level2, elements="自己写的")

    adoption = adopt_template(Level.CITY, actor=None)

    assert adoption.present == (own,)
    assert CatalogueEntry.objects.get(pk=own.pk).elements == "自己写的"


def test_preview_writes_nothing() -> None:
    preview(Level.COUNTY)

    assert not CatalogueEntry.objects.exists()
