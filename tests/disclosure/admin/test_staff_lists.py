"""Lists, pages of rows and the landing page as staff read them: their words, their links, whom they show what."""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from disclosure.enums import EditionAction, ItemAction, LogKind, WithholdingState
from disclosure.models import Withholding
from disclosure.services import motion
from disclosure.workflow_rectification import RectificationAction
from govportal import audit
from govportal.admin.records import deed_words, noun_words
from govportal.models import Heartbeat
from govportal.now import now, today
from govportal.permissions import Role
from tests.disclosure.admin.desks import Office, signed_in, text
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_member
from tests.factories.published import publish_one
from tests.factories.registers import make_receipt, make_rectification, make_withholding

pytestmark = pytest.mark.django_db
LANDING = "/admin/"
ACTION = re.compile(r"(?!govportal|disclosure)[a-z]+\.[a-z_]+")


@pytest.fixture
def office() -> Office:
    return Office()


def changelist(model: str, query: str = "") -> str:
    return reverse(f"admin:{model}_changelist") + query


def page(row: object) -> str:
    return reverse(f"admin:disclosure_{row._meta.model_name}_change", args=[row.pk])  # type: ignore[attr-defined]


# --- landing page -------------------------------------------------------------------------------------------------


def test_staff_find_what_is_open_inside_their_agency(office: Office) -> None:
    inside = [f'href="{reverse(name)}"' for name in ("internal", "receipts", "internal_log")]

    own = text(signed_in(make_member(Role.STAFF, office.agency)).get(LANDING))
    foreign = text(signed_in(make_member(Role.INSPECTOR, make_agency())).get(LANDING))

    assert all(link in own for link in inside)
    assert not any(link in foreign for link in inside)


@pytest.mark.parametrize("role", Role)
def test_jobs_of_the_clock_are_told_when_they_stop_to_those_they_concern(office: Office, role: Role) -> None:
    Heartbeat.objects.update(at=now() - timedelta(hours=30))

    shown = text(signed_in(make_member(role, office.agency)).get(LANDING))

    expected = role in {Role.ADMINISTRATOR, Role.OFFICE_HEAD, Role.PUBLISHER, Role.APPROVER}
    assert ("定时任务停止了" in shown) == expected


# --- lists --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "query", "title"),
    [
        ("disclosure_obligation", "", "公开义务"),
        ("disclosure_obligation", "?queue=waiting", "到期与逾期义务"),
        ("disclosure_edition", "?queue=waiting", "待我审查"),
        ("disclosure_receipt", "?queue=check", "票据待复核"),
        ("disclosure_withholding", "?queue=nonsense", "不予公开备案"),
    ],
)
def test_list_is_called_what_it_holds(office: Office, model: str, query: str, title: str) -> None:
    found = text(signed_in(make_member(Role.OFFICE_HEAD, office.agency)).get(changelist(model, query)))

    assert f"<h1>{title}</h1>" in found


def test_row_opens_by_its_words_and_each_cell_names_its_column(office: Office) -> None:
    matter, receipt = make_withholding(agency=office.agency), make_receipt(agency=office.agency)
    client = signed_in(office.people[Role.PUBLISHER])

    matters = text(client.get(changelist("disclosure_withholding")))
    receipts = text(client.get(changelist("disclosure_receipt")))

    assert re.search(rf'href="{page(matter)}[^"]*">{matter.matter}<', matters)
    assert re.search(rf'href="{page(receipt)}[^"]*">{receipt.purpose}<', receipts)
    assert 'data-label="备案情况"' in matters and 'data-label="金额（元）"' in receipts


def test_order_is_given_by_a_button_of_that_name(office: Office) -> None:
    inspector = make_member(Role.INSPECTOR, office.agency)

    assert "交办整改" in text(signed_in(inspector).get(changelist("disclosure_rectification")))


# --- withheld matters ---------------------------------------------------------------------------------------------


def test_unfiled_matter_is_marked_and_waits_for_the_publisher(office: Office) -> None:
    make_withholding(agency=office.agency)
    make_withholding(agency=office.agency, filed_with=make_agency(), filed_on=today())
    make_withholding(agency=office.agency, state=WithholdingState.PROPOSED)
    client = signed_in(office.people[Role.PUBLISHER])

    listed = client.get(changelist("disclosure_withholding", "?queue=file"))

    assert listed.context["cl"].result_count == 1 and "未备案" in text_of(listed)
    assert "不公开事项未备案<b>1</b>" in text(client.get(LANDING))


@pytest.mark.parametrize("is_filed", [True, False])
def test_matter_is_registered_with_or_without_its_filing(office: Office, is_filed: bool) -> None:
    county = make_agency(name="县政府")
    sent = {
        "agency": office.agency.pk, "name": "某事项", "ground": "third_party", "reason": "隐私", "basis": "第十五条",
        "review_on": today().replace(year=today().year + 1, day=1).isoformat(), "filed_with": county.pk,
        "filed_on": today().isoformat() if is_filed else "",
    }  # fmt: skip

    signed_in(office.people[Role.PUBLISHER]).post(reverse("admin:disclosure_withholding_add"), sent)

    row = Withholding.objects.get()
    assert (row.filed_with, row.filed_on) == ((county, today()) if is_filed else (None, None))


def test_matter_needs_a_ground_and_a_day_of_filing_needs_a_body(office: Office) -> None:
    sent = {"agency": office.agency.pk, "name": "某事项", "reason": "隐私", "filed_on": today().isoformat()}

    shown = signed_in(office.people[Role.PUBLISHER]).post(reverse("admin:disclosure_withholding_add"), sent)

    assert {"ground", "filed_with"} <= set(shown.context["form"].errors)
    assert not Withholding.objects.exists()


# --- pages of rows ------------------------------------------------------------------------------------------------


def test_page_leaves_out_what_is_empty_and_links_only_where_the_reader_may_go(office: Office) -> None:
    row = make_rectification(agency=office.agency)
    target = reverse("admin:govportal_agency_change", args=[office.agency.pk])

    reader = text(signed_in(office.people[Role.PUBLISHER]).get(page(row)))
    administrator = text(signed_in(make_member(Role.ADMINISTRATOR, office.agency)).get(page(row)))

    assert target not in reader and target in administrator
    assert office.agency.name in reader
    assert "核实人" not in reader and row.problem in reader


def test_refused_page_leads_signed_in_staff_back_to_their_desk(office: Office) -> None:
    refused = signed_in(office.people[Role.PUBLISHER]).get(changelist("govportal_agency"))

    shown = text_of(refused)
    assert refused.status_code == 403
    assert "您已经登录" in shown and "请登录后再试" not in shown
    assert f'href="{LANDING}"' in shown


def test_published_edition_leads_to_its_public_page(office: Office) -> None:
    item = publish_one(agency=office.agency)
    assert item.current_edition

    shown = text(signed_in(office.people[Role.PUBLISHER]).get(page(item.current_edition)))

    assert f'href="{item.get_absolute_url()}"' in shown


def test_asker_reads_who_will_decide(office: Office) -> None:
    item, asker = publish_one(agency=office.agency), office.people[Role.PUBLISHER]
    asked = motion.ask(
        item.pk, ItemAction.WITHDRAW, actor=asker, at=now(), ground="到期", basis="条例第三条", explanation="不再适用。"
    )

    shown = text(signed_in(asker).get(page(asked)))
    listed = text(signed_in(asker).get(changelist("disclosure_motion")))

    assert "等待审定人决定" in shown and str(office.people[Role.APPROVER]) in shown
    assert "您不能决定这件申请" not in shown
    assert item.title in listed


# --- audit trail --------------------------------------------------------------------------------------------------


def written_actions() -> set[str]:
    """Every action that stands whole in the code of a module which records, and every one made of a vocabulary."""
    found: set[str] = set()
    root = Path(settings.BASE_DIR)
    for path in [*root.glob("disclosure/**/*.py"), *root.glob("govportal/**/*.py")]:
        source = path.read_text(encoding="utf-8")
        if "audit.record(" not in source:
            continue
        words = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
        found |= {word for word in words if isinstance(word, str) and ACTION.fullmatch(word)}
    found |= {f"edition.{action}" for action in EditionAction} | {f"item.{kind}" for kind in LogKind}
    found |= {f"rectification.{action}" for action in RectificationAction} | {"motion.grant", "motion.refuse"}
    return found | {"import_holidays", "agency.change", "holiday.delete"}


def test_every_deed_that_is_recorded_has_words() -> None:
    actions = written_actions()

    nameless = {action for action in actions if deed_words(action) == action or noun_words(action).isascii()}

    assert len(actions) > 60
    assert not nameless, f"no words in audit_words for: {sorted(nameless)}"


def test_audit_trail_is_read_in_words_and_narrowed_by_noun_then_deed(office: Office) -> None:
    row = make_withholding(agency=office.agency)
    with transaction.atomic():
        for action in ("withholding.in_force", "receipt.check"):
            audit.record(row.decided_by, action, row, agency=office.agency)
    client = signed_in(make_member(Role.OFFICE_HEAD, office.agency))

    everything = text(client.get(changelist("govportal_auditevent")))
    matters = client.get(changelist("govportal_auditevent", "?noun=withholding"))
    nothing = client.get(changelist("govportal_auditevent", "?noun=withholding&action=withholding.file"))

    assert (
        "审定，不予公开" in everything and "withholding.in_force<" not in everything and "Filter by" not in everything
    )
    assert matters.context["cl"].result_count == 1 and "action=withholding.in_force" in text(matters)
    assert nothing.context["cl"].result_count == 0


@pytest.mark.parametrize("count", [1, 3])
def test_audit_list_keeps_within_its_budget(office: Office, count: int, django_assert_max_num_queries: object) -> None:
    row = make_withholding(agency=office.agency)
    with transaction.atomic():
        for _number in range(count):
            audit.record(row.decided_by, "withholding.keep", row, agency=office.agency)
    client = signed_in(make_member(Role.OFFICE_HEAD, office.agency))

    with django_assert_max_num_queries(12):  # type: ignore[operator]
        client.get(changelist("govportal_auditevent"))
