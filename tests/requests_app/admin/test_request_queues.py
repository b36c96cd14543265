"""The queues of requests on the landing page, and the words of their deeds in the audit trail."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from govportal.admin.records import deed_words, noun_words
from govportal.now import now, today
from govportal.permissions import Role
from requests_app.enums import Action, State
from requests_app.letter_rules import LetterKind
from requests_app.queues import REQUEST_QUEUES
from requests_app.services import letters
from tests.disclosure.admin.desks import signed_in, text
from tests.factories import make_member
from tests.factories.requests import make_decision, make_request
from tests.requests_app.admin.desk_world import Desk, changelist

pytestmark = pytest.mark.django_db
LANDING = reverse("admin:index")
ACTION = re.compile(r"(?:request|appeal|letter|publicationtask|annualreport|requestoffice)\.[a-z_]+")


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_officer_reads_how_much_waits_and_signs_nothing(desk: Desk) -> None:
    make_request(agency=desk.agency)
    make_request(agency=desk.agency, state=State.IN_REVIEW)
    make_request(agency=desk.agency, state=State.CORRECTED, due_on=today())

    shown = text(desk.handling.get(LANDING))

    assert "申请待登记<b>1</b>" in shown and "待办申请（我的）<b>2</b>" in shown
    assert "补正收到<b>1</b>" in shown and "申请3个工作日内到期<b>1</b>" in shown
    assert "答复待签发" not in shown and "登记收到的申请" in shown


def test_head_of_office_reads_what_waits_for_his_signature(desk: Desk) -> None:
    row = make_request(agency=desk.agency, state=State.IN_REVIEW)
    make_decision(row, drafted_by=desk.officer, drafted_at=now())

    shown = text(desk.signing.get(LANDING))

    assert "答复待签发<b>1</b><small>今天送来的" in shown
    assert "申请待登记" not in shown and f'href="{changelist("?queue=sign")}"' in shown


def test_letter_that_has_gone_nowhere_waits(desk: Desk) -> None:
    row = desk.request(State.CORRECTION_ASKED)
    letters.issue(row.pk, letters.Order(kind=LetterKind.CORRECTION), actor=desk.officer, at=now())

    assert "文书待发出<b>1</b>" in text(desk.handling.get(LANDING))
    assert "文书待发出<b>1</b>" in text(desk.signing.get(LANDING))


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.INSPECTOR, Role.PUBLISHER, Role.STAFF])
def test_others_have_no_queue_of_requests(desk: Desk, role: Role) -> None:
    make_request(agency=desk.agency)

    shown = text(desk.member(role).get(LANDING))

    assert not any(words in shown for words in ("申请待登记", "待办申请", "答复待签发", "申请逾期", "登记收到的申请"))


def test_queues_count_nothing_of_other_agencies(desk: Desk) -> None:
    make_request(agency=desk.agency)

    assert "申请待登记<b>0</b>" in text(signed_in(make_member(Role.REQUEST_OFFICER)).get(LANDING))


@pytest.mark.parametrize("queue", REQUEST_QUEUES)
def test_every_queue_is_a_list_of_that_name(desk: Desk, queue: str) -> None:
    label, _rows = REQUEST_QUEUES[queue]

    assert f"<h1>{label}</h1>" in text(desk.handling.get(changelist(f"?queue={queue}")))


def written_actions() -> set[str]:
    """Every action that stands whole in the code of a module which records."""
    found: set[str] = set()
    for path in Path(settings.BASE_DIR).glob("requests_app/**/*.py"):
        source = path.read_text(encoding="utf-8")
        if "audit.record(" in source or "deed" in source:
            words = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
            found |= {word for word in words if isinstance(word, str) and ACTION.fullmatch(word)}
    return found | {f"request.{action}" for action in Action}


def test_every_deed_that_is_recorded_has_words() -> None:
    actions = written_actions()

    nameless = {action for action in actions if deed_words(action) == action or noun_words(action).isascii()}

    assert len(actions) > 40
    assert not nameless, f"no words in audit_words for: {sorted(nameless)}"
