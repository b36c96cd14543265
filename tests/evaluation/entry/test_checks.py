"""查阅: what may be entered, by whom, and that nobody writes over what he has not read."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from evaluation.enums import CheckResult
from evaluation.models import Assessment, AssessmentRound, Check, SampleItem
from evaluation.services import checks
from evaluation.services.checks import StaleEntry
from govportal.models import AuditEvent, User
from govportal.now import now
from govportal.permissions import Role
from tests.factories.disclosure import make_item
from tests.factories.kernel import make_agency, make_member
from tests.factories.rounds import make_finding, make_inspector, make_office, make_round, open_round, share_round
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def save(assessment: Assessment, code: str = "M1", **values: Any) -> Check:
    given: dict[str, Any] = {"result": CheckResult.CLEAR, "note": "", "seen": 0, "actor": assessment.round.made_by}
    indicator = assessment.round.indicator_set.indicators.get(code=code)
    return checks.save_check(assessment.pk, indicator.pk, at=now(), **given | values)


@pytest.fixture
def row() -> AssessmentRound:
    return open_round()


@pytest.fixture
def assessment(row: AssessmentRound) -> Assessment:
    return row.assessments.select_related("round__indicator_set").get()


def test_check_is_written_signed_and_in_the_trail(assessment: Assessment) -> None:
    check = save(assessment, note="  查过\x00官网 ")

    assert (check.result, check.note, check.version) == ("clear", "查过官网", 1)
    assert check.checked_by == assessment.round.made_by
    event = AuditEvent.objects.filter(action="check.save").get()
    assert "官网" not in f"{event.before}{event.after}{event.note}" and event.agency_id is None


def test_refusals_say_why(assessment: Assessment) -> None:
    office = assessment.round.made_by.memberships.get().agency
    elsewhere = make_inspector(make_agency(parent=office))
    insider = make_member(Role.INSPECTOR, assessment.agency)
    make_member(Role.INSPECTOR, office, user=insider)
    supervisor = make_member(Role.SUPERVISOR, office)
    refused: list[tuple[dict[str, Any], str]] = [
        ({"code": "COV"}, "自动指标"),
        ({"actor": elsewhere}, "没有考核"),
        ({"actor": insider}, "自己所在的单位"),
        ({"actor": supervisor}, "没有考核"),
        ({"result": ""}, "请选择"),
        ({"result": "perfect"}, "请选择"),
        ({"result": CheckResult.FOUND}, "请写明问题"),
        ({"note": "长" * 501}, "最多 500 个字"),
    ]
    for values, words in refused:
        with pytest.raises(ValidationError, match=words):
            save(assessment, **values)
    foreign = make_round(slug="other", office=make_office()).indicator_set.indicators.manual()[0]
    with pytest.raises(ValidationError, match="不属于这次考核"):
        checks.save_check(
            assessment.pk, foreign.pk, result="clear", note="", seen=0, actor=assessment.round.made_by, at=now()
        )  # fmt: skip
    assert not Check.objects.exists()


def test_closed_round_takes_no_check(row: AssessmentRound, assessment: Assessment) -> None:
    share_round(row)
    assessment.round.refresh_from_db()

    with pytest.raises(ValidationError, match="征求异议"):
        save(assessment, note="迟到的")


def test_clear_and_findings_exclude_each_other(assessment: Assessment) -> None:
    make_finding(assessment)

    for result in (CheckResult.CLEAR, CheckResult.NOT_APPLICABLE):
        with pytest.raises(ValidationError, match="已登记 1 个问题"):
            save(assessment, result=result)
    assert save(assessment, result=CheckResult.FOUND).result == CheckResult.FOUND


def test_stale_version_is_refused_with_who_and_when(assessment: Assessment) -> None:
    other = make_inspector(assessment.round.made_by.memberships.get().agency, full_name="丁一平")
    save(assessment, actor=other)

    with pytest.raises(StaleEntry, match=r"丁一平在 .* 已写成“未发现问题”"):
        save(assessment, result=CheckResult.NOT_APPLICABLE)
    assert save(assessment).version == 1  # the same words are no conflict
    assert save(assessment, result=CheckResult.NOT_APPLICABLE, seen=1).version == 2


def test_sample_is_checked_once_read(row: AssessmentRound, assessment: Assessment) -> None:
    item = make_item(agency=assessment.agency, published_on=date(2026, 3, 2))
    sample = SampleItem.objects.create(assessment=assessment, item=item, position=1)
    by: dict[str, Any] = {"actor": row.made_by, "at": now()}

    with pytest.raises(ValidationError, match="请写明问题"):
        checks.check_sample(sample.pk, result="found", note="", seen=None, **by)
    done = checks.check_sample(sample.pk, result="found", note="正文有错字", seen=None, **by)
    with pytest.raises(StaleEntry):
        checks.check_sample(sample.pk, result="clear", note="", seen=None, **by)

    assert checks.check_sample(sample.pk, result="clear", note="", seen=done.checked_at, **by).result == "clear"


def test_rest_is_marked_clear_and_progress_counts(row: AssessmentRound, assessment: Assessment) -> None:
    save(assessment, result=CheckResult.NOT_APPLICABLE)
    before = checks.progress(row)[assessment.pk]

    assert checks.mark_clear_rest(assessment.pk, actor=row.made_by, at=now()) == 2
    after = checks.progress(row)[assessment.pk]

    assert (before.checked, before.total, before.is_done) == (1, 3, False)
    assert (after.checked, after.left, after.is_done) == (3, 0, True)
    assert Check.objects.filter(result=CheckResult.NOT_APPLICABLE).count() == 1
    with pytest.raises(ValidationError, match="没有还没查阅"):
        checks.mark_clear_rest(assessment.pk, actor=row.made_by, at=now())


def test_progress_asks_as_much_for_three_agencies_as_for_one(django_assert_num_queries: Any) -> None:
    for count in (1, 3):
        office = make_office()
        row = open_round(*(make_agency(parent=office) for _each in range(count)), office=office, slug=f"r{count}")
        for one in row.assessments.all():
            make_finding(one)
        row = AssessmentRound.objects.get(pk=row.pk)
        with django_assert_num_queries(5):
            assert sum(one.standing for one in checks.progress(row).values()) == count


@pytest.mark.django_db(transaction=True)
def test_of_two_who_write_at_once_one_is_told_of_the_other() -> None:
    if connection.vendor == "sqlite":
        print("skipped on SQLite: it has one writer")
        pytest.skip("SQLite has one writer")
    row = open_round()
    assessment = row.assessments.select_related("round__indicator_set").get()
    office = row.made_by.memberships.get().agency
    indicator = row.indicator_set.indicators.get(code="M1")

    def write(actor: User, result: str) -> Check:
        return checks.save_check(
            assessment.pk, indicator.pk, result=result, note="", seen=0, actor=actor, at=now()
        )  # fmt: skip

    first, second = row.made_by, make_inspector(office)
    outcomes = at_once(lambda: write(first, "clear"), lambda: write(second, "not_applicable"))

    assert sorted(type(one).__name__ for one in outcomes) == ["Check", "StaleEntry"]
    assert Check.objects.get().version == 1
