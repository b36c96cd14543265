"""公开义务 in the admin: found by how they stand, met by each verb, refused with every reason."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disclosure.enums import Audience, ObligationKind
from disclosure.models import CatalogueEntry, DisclosureEvent, Filing, Item, Obligation, Statement
from govportal.models import Agency, AuditEvent, User
from govportal.now import now, today
from govportal.permissions import Role
from tests.disclosure.admin.desks import signed_in
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_edition, make_item, make_member, make_user
from tests.factories.obligations import make_entry, make_obligation, noon

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def county() -> Agency:
    return make_agency(code="county", name="县政府")


@pytest.fixture
def agency(county: Agency) -> Agency:
    return make_agency(code="own", name="民政局", parent=county)


@pytest.fixture
def publisher(agency: Agency) -> Client:
    return signed_in(make_member(Role.PUBLISHER, agency))


@pytest.fixture
def approver(agency: Agency) -> Client:
    return signed_in(make_member(Role.APPROVER, agency))


def owe(agency: Agency, due_on: date, **values: Any) -> Obligation:
    """Due on that day; its period is over since ten days before."""
    entry = values.pop("entry", None) or make_entry("20个工作日内", agency, level1=values.pop("level1", "救助标准"))
    period = {"period_start": due_on - 40 * DAY, "period_end": due_on - 10 * DAY, "due_on": due_on}
    return make_obligation(entry=entry, agency=agency, **period, **values)


def verb(row: Obligation | DisclosureEvent, name: str) -> str:
    return reverse(f"admin:disclosure_{row._meta.model_name}_verb", args=[row.pk, name])


def listed(client: Client, query: str = "", model: str = "obligation") -> set[str]:
    """The names of the entries on the list."""
    response = client.get(reverse(f"admin:disclosure_{model}_changelist") + query)
    assert response.status_code == 200
    return {row.entry.level1 for row in response.context["cl"].result_list}


def published(row: Obligation, **values: Any) -> Item:
    day = row.period_start + DAY
    return make_item(
        agency=row.agency, catalogue_entry=row.entry, edition={"published_on": day, "published_at": noon(day)}, **values
    )


# --- lists --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"逾期", "将到", "以后", "迟办", "已办", "取消"}),
        ("?state=overdue", {"逾期"}),
        ("?state=soon", {"将到"}),
        ("?state=open", {"逾期", "将到", "以后"}),
        ("?state=late", {"迟办"}),
        ("?state=met", {"迟办", "已办"}),
        ("?state=cancelled", {"取消"}),
        ("?queue=waiting", {"逾期", "将到"}),
        ("?kind__exact=review", {"已办"}),
        ("?q=迟办", {"迟办"}),
        ("?state=nonsense", {"逾期", "将到", "以后", "迟办", "已办", "取消"}),
    ],
)
def test_list_is_narrowed_by_how_they_stand(publisher: Client, agency: Agency, query: str, expected: set[str]) -> None:
    owe(agency, today() - DAY, level1="逾期")
    owe(agency, today(), level1="将到")
    owe(agency, today() + 60 * DAY, level1="以后")
    owe(agency, today() - DAY, level1="迟办", met_on=today())
    owe(agency, today(), level1="已办", met_on=today(), kind=ObligationKind.REVIEW)
    owe(agency, today(), level1="取消", cancelled_at=now())
    owe(make_agency(), today() - DAY, level1="别家")

    assert listed(publisher, query) == expected


def test_inspector_of_the_county_finds_them_by_agency_and_entry(county: Agency, agency: Agency) -> None:
    row, other = owe(agency, today(), level1="甲"), owe(make_agency(parent=county), today(), level1="乙")
    inspector = signed_in(make_member(Role.INSPECTOR, county))

    assert listed(inspector) == {"甲", "乙"}
    assert listed(inspector, f"?agency__id__exact={agency.pk}") == {"甲"}
    assert listed(inspector, f"?entry__id__exact={other.entry_id}") == {"乙"}
    assert listed(inspector, "?queue=waiting") == set()  # they wait for the agencies themselves
    assert row.entry.level1


def test_queue_of_the_landing_page_leads_to_what_it_counted(publisher: Client, agency: Agency) -> None:
    owe(agency, today() - DAY, level1="逾期")

    assert reverse("admin:disclosure_obligation_changelist") + "?queue=waiting" in text_of(
        publisher.get(reverse("admin:index"))
    )


@pytest.mark.parametrize("model", ["obligation", "disclosureevent", "statement", "filing"])
def test_list_asks_the_same_number_of_queries_for_1_and_3_rows(
    publisher: Client, agency: Agency, model: str, django_assert_max_num_queries: Any
) -> None:
    address = reverse(f"admin:disclosure_{model}_changelist")

    def add() -> None:
        row = owe(agency, today() - DAY, met_on=today())
        Statement.objects.create(obligation=row, kind="nil", signed_by=make_user(), signed_at=now())
        Filing.objects.create(
            obligation=row,
            filed_with=agency,
            filed_on=today(),
            title="报告",
            recorded_by=make_user(),
            recorded_at=now(),
        )
        DisclosureEvent.objects.create(
            entry=row.entry, agency=agency, title="事由", occurred_on=today(), recorded_at=now()
        )

    add()
    with django_assert_max_num_queries(14) as first:
        publisher.get(address)
    add()
    add()
    with django_assert_max_num_queries(len(first)):
        publisher.get(address)


# --- verbs --------------------------------------------------------------------------------------------------------


def test_obligation_is_met_by_an_item_of_the_entry_or_by_index_number(publisher: Client, agency: Agency) -> None:
    first, second = (owe(agency, today() - DAY) for _ in range(2))
    item, other = published(first), published(second)

    assert item.title in text_of(publisher.get(verb(first, "meet")))
    publisher.post(verb(first, "meet"), {"item": item.pk, "number": ""})
    publisher.post(verb(second, "meet"), {"item": "", "number": other.index_number})

    for row, met_by in ((first, item), (second, other)):
        row.refresh_from_db()
        assert (row.met_by, row.met_on) == (met_by, row.period_start + DAY)
    assert AuditEvent.objects.filter(action="obligation.meet").count() == 2


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "只用其中一种"),
        ({"number": "X/2026-1"}, "本单位没有索引号为 X/2026-1 的信息"),
        ({"item": "999999"}, "999999"),
        ({"number": "internal"}, "面向社会已经公开的信息"),
        ({"number": "foreign"}, "本单位没有索引号为"),
    ],
)
def test_item_that_does_not_meet_is_refused_with_the_reason(
    publisher: Client, agency: Agency, values: dict[str, str], reason: str
) -> None:
    row = owe(agency, today() - DAY)
    published(row, audience=Audience.INTERNAL, index_number="internal")
    make_item(index_number="foreign")

    text = text_of(publisher.post(verb(row, "meet"), values))

    assert reason in text
    row.refresh_from_db()
    assert row.met_on is None


@pytest.mark.parametrize(("name", "kind"), [("nil", ObligationKind.PRESENCE), ("unchanged", ObligationKind.REVIEW)])
def test_word_is_signed_by_the_approver_with_its_note(
    approver: Client, agency: Agency, name: str, kind: ObligationKind
) -> None:
    row = owe(agency, today(), kind=kind)
    if name == "unchanged":
        published(row)

    approver.post(verb(row, name), {"note": "已核对"})

    signed = Statement.objects.get()
    assert (signed.obligation, signed.kind, signed.note) == (row, name, "已核对")
    row.refresh_from_db()
    assert row.met_on == today()


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("nil", ObligationKind.PRESENCE, "须由本单位审定人签署"),
        ("nil", ObligationKind.REVIEW, "不能以“本期无此类信息”履行"),
        ("unchanged", ObligationKind.REVIEW, "还没有公开的信息"),
        ("meet", ObligationKind.FILING, "报送义务以登记报送履行"),
        ("file", ObligationKind.PRESENCE, "不以报送履行"),
    ],
)
def test_verb_that_does_not_fit_is_refused_on_row_and_page(
    publisher: Client, agency: Agency, name: str, kind: ObligationKind, reason: str
) -> None:
    row = owe(agency, today(), kind=kind)
    page = reverse("admin:disclosure_obligation_change", args=[row.pk])

    for response in (publisher.get(page), publisher.get(verb(row, name)), publisher.post(verb(row, name), {})):
        assert reason in text_of(response)
    row.refresh_from_db()
    assert row.met_on is None


def test_report_is_filed_with_another_body(publisher: Client, agency: Agency, county: Agency) -> None:
    row = owe(agency, today(), kind=ObligationKind.FILING)
    values = {"filed_with": county.pk, "filed_on": today().isoformat(), "title": "半年报告", "number": "民字1号"}

    tomorrow = values | {"filed_on": (today() + DAY).isoformat()}
    refused = text_of(publisher.post(verb(row, "file"), tomorrow))
    publisher.post(verb(row, "file"), values)

    assert "报送日期不能晚于今天" in refused and "半年报告" in refused
    assert Filing.objects.get().filed_with == county
    row.refresh_from_db()
    assert row.met_on == today()


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.ADMINISTRATOR, Role.SECRECY_REVIEWER, Role.REQUEST_OFFICER])
def test_who_only_looks_meets_nothing(county: Agency, agency: Agency, role: Role) -> None:
    row = owe(agency, today() - DAY)
    item = published(row)
    person = signed_in(make_member(role, agency if role in {Role.SECRECY_REVIEWER, Role.REQUEST_OFFICER} else county))

    for name, values in (("meet", {"item": item.pk}), ("nil", {}), ("unchanged", {}), ("file", {})):
        assert person.post(verb(row, name), values).status_code == 200  # the page with the reasons

    row.refresh_from_db()
    assert row.met_on is None and not Statement.objects.exists() and not Filing.objects.exists()


def test_other_agencies_find_no_row(agency: Agency) -> None:
    row = owe(agency, today() - DAY)
    stranger = signed_in(make_member(Role.APPROVER, make_agency()))

    for name in ("meet", "nil", "unchanged", "file", "no-such-verb"):
        assert stranger.post(verb(row, name)).status_code == 404


def test_rows_are_neither_added_changed_nor_deleted(publisher: Client, agency: Agency) -> None:
    row = owe(agency, today())

    for name, args in (("add", []), ("change", [row.pk]), ("delete", [row.pk])):
        address = reverse(f"admin:disclosure_obligation_{name}", args=args)
        assert publisher.post(address, {"post": "yes"}).status_code == 403


# --- events -------------------------------------------------------------------------------------------------------


@pytest.fixture
def entry(agency: Agency) -> CatalogueEntry:
    return make_entry("20个工作日内", agency, level1="救助")


def occurrence(agency: Agency, entry: CatalogueEntry) -> dict[str, Any]:
    return {
        "agency": agency.pk, "entry": entry.pk, "title": "提高标准", "occurred_on": today().isoformat(),
    }  # fmt: skip


def test_event_is_recorded_with_its_obligation_and_taken_back_by_the_approver(
    publisher: Client, approver: Client, agency: Agency, entry: CatalogueEntry
) -> None:
    publisher.post(reverse("admin:disclosure_disclosureevent_add"), occurrence(agency, entry))
    event = DisclosureEvent.objects.get()

    refused = text_of(publisher.post(verb(event, "cancel"), {"reason": "重复"}))
    approver.post(verb(event, "cancel"), {"reason": "重复登记"})

    assert "须由本单位审定人进行" in refused
    owed = event.obligations.get()
    assert (owed.kind, owed.cancel_reason) == (ObligationKind.EVENT, "重复登记")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"occurred_on": "2099-01-01"}, "不能晚于今天"),
        ({"occurred_on": "昨天"}, "errorlist"),
        ({"title": ""}, "errorlist"),
        ({"agency": "0"}, "errorlist"),
    ],
)
def test_event_that_cannot_be_is_refused_and_nothing_typed_is_lost(
    publisher: Client, agency: Agency, entry: CatalogueEntry, values: dict[str, str], reason: str
) -> None:
    address = reverse("admin:disclosure_disclosureevent_add")

    text = text_of(publisher.post(address, occurrence(agency, entry) | values))

    assert reason in text
    assert values.get("title", "提高标准") in text
    assert not DisclosureEvent.objects.exists()


def test_only_publishers_record_events(approver: Client, agency: Agency, entry: CatalogueEntry) -> None:
    address = reverse("admin:disclosure_disclosureevent_add")

    assert approver.post(address, occurrence(agency, entry)).status_code == 403


def test_event_named_like_a_withheld_draft_is_seen_by_who_may_read_it(
    publisher: Client, county: Agency, agency: Agency, entry: CatalogueEntry
) -> None:
    item = make_item(agency=agency, state="unpublished")  # type: ignore[arg-type]
    make_edition(item, is_published=False, title="拟不公开", mode="not_public")
    event = DisclosureEvent.objects.create(
        entry=entry, agency=agency, item=item, title="拟不公开", occurred_on=today(), recorded_at=now()
    )
    row = owe(agency, today(), entry=entry, event=event, kind=ObligationKind.EVENT)
    inspector = signed_in(make_member(Role.INSPECTOR, county))

    assert listed(publisher, model="disclosureevent") == {"救助"}
    assert listed(inspector, model="disclosureevent") == set()
    page = reverse("admin:disclosure_obligation_change", args=[row.pk])
    assert "拟不公开" not in text_of(inspector.get(page))


def test_catalogue_administrator_sets_from_when_an_entry_obliges(county: Agency, entry: CatalogueEntry) -> None:
    admin: User = make_member(Role.ADMINISTRATOR, county)

    text = text_of(signed_in(admin).get(reverse("admin:disclosure_catalogueentry_change", args=[entry.pk])))

    assert 'name="in_force_on"' in text and 'name="is_report"' in text
