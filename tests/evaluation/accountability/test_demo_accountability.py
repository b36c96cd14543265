"""The accountability of the demo county: everything occurs, on any day, and what is public names nobody."""

import re
from collections import Counter
from collections.abc import Collection
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from disclosure.models import Edition, Rectification
from disclosure.services import demo
from evaluation.accountability_enums import (
    CaseAction,
    CaseState,
    Circumstance,
    Measure,
    MeasureForm,
    NoticeKind,
    Part,
    Responsibility,
    TriggerGroup,
)
from evaluation.accountability_rules import CLAUSES
from evaluation.models import AccountabilityCase, AccountabilityEvent, AccountabilityNotice, Respondent
from evaluation.services import accountability_open, demo_accountability
from govportal.contributions import DemoCounty
from govportal.models import User
from requests_app.services import demo_complaints
from requests_app.services.demo_texts import load
from tests.factories.disclosure import make_item
from tests.factories.requests import make_request

# An ordinary Monday; a day off among days off; the last of February, without a calendar.
DAYS = (date(2026, 11, 30), date(2026, 10, 5), date(2027, 2, 28))
OCCURRING: dict[str, tuple[Collection[str], Any, str]] = {
    "state": (CaseState, AccountabilityCase, "state"),
    "action": (CaseAction, AccountabilityEvent, "action"),
    "part": (Part, Respondent, "part"),
    "circumstance": (Circumstance, Respondent, "circumstance"),
    "responsibility": (Responsibility, Respondent, "responsibility"),
    "measure": (Measure, Respondent, "measure"),
    "form": (MeasureForm, Respondent, "measure_form"),
    "notice": (NoticeKind, AccountabilityNotice, "kind"),
}


def tell(today: date) -> list[str]:
    """The chapters of complaints and of accountability, in a county without anything they do not name."""
    now = datetime.combine(today, time(1, 30), tzinfo=UTC)
    agencies = demo._seed_agencies()
    demo._seed_users(agencies)
    for raw in load("complaints.toml")["complaint"]:
        if "item" in raw:
            make_item(agency=agencies[raw["agency"]], edition={"title": raw["item"]})
        if "request" in raw:
            make_request(agency=agencies[raw["agency"]], subject=raw["request"])
    people = {user.username: user for user in User.objects.all()}
    county = DemoCounty(today, now, agencies, people)
    demo_complaints.tell(county)
    return demo_accountability.tell(county)


@pytest.mark.django_db
@pytest.mark.parametrize("today", DAYS, ids=str)
def test_everything_occurs_and_what_is_public_names_nobody(today: date) -> None:
    with transaction.atomic():
        cache.clear()
        lines = tell(today)

    for what, (wanted, model, column) in OCCURRING.items():
        found = set(model._default_manager.values_list(column, flat=True)) - {""}
        assert found == set(wanted), (what, set(wanted) - found)
    groups = {CLAUSES[key].group for key in AccountabilityCase.objects.values_list("trigger", flat=True)}
    assert groups == set(TriggerGroup)
    assert AccountabilityCase.objects.overdue(today).exists()
    assert len(accountability_open.referrals(User.objects.get(username="kaohe"))) == 1
    assert [line.split("\t")[1] for line in lines] == ["账号 zuzhang", "账号 qianfa"]
    assert AccountabilityCase.objects.told_to(User.objects.get(username="qianfa")).count() == 1
    public = [edition.body for edition in Edition.objects.filter(item__item_type="evaluation_result")]
    public += [f"{row.problem}{row.requirement}{row.basis}" for row in Rectification.objects.all()]
    public += list(AccountabilityCase.objects.values_list("public_facts", flat=True))
    assert any("承办人1名" in text for text in public)
    for who in Respondent.objects.all():
        assert not any(who.name in text or who.post in text for text in public), who.post


def test_no_two_cases_share_a_sentence() -> None:
    texts = re.findall(r'"([^"]+)"', (demo_accountability.FOLDER / "accountability.toml").read_text("utf-8"))
    sentences = Counter(
        sentence
        for text in texts
        for part in re.split(r"[。；]", text)
        if len(sentence := part.strip()) > 10 and not sentence.isascii()
    )

    assert [sentence for sentence, count in sentences.items() if count > 1] == []
