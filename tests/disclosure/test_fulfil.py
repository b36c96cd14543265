"""What meets an obligation: the rule of ADR 0007, at publication and in the daily round."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disclosure.enums import Audience, ItemAction, ObligationKind, ReviewStep
from disclosure.fulfilment import Open, Publication
from disclosure.models import CatalogueEntry, DisclosureEvent, Edition, Item, Obligation
from disclosure.services import close, draft, fulfil, oblige
from govportal.models import Agency, AuditEvent, PublicRevision
from govportal.permissions import Role
from tests.factories import make_agency, make_edition, make_item, make_member
from tests.factories.obligations import make_entry, make_obligation, noon
from tests.factories.published import draft_one, publish_edition, reread, signer
from tests.threads import at_once

KIND = ObligationKind
MARCH_10 = date(2026, 3, 10)


def pair(text: str, **values: Any) -> tuple[CatalogueEntry, Agency]:
    agency = make_agency()
    return make_entry(text, agency, **values), agency


def publish_on(day: date, entry: CatalogueEntry, agency: Agency, **values: Any) -> Item:
    """An item formed and published on a day, through every review."""
    values["content"] = {"formed_on": day} | values.get("content", {})
    edition = draft_one(agency=agency, catalogue_entry=entry, **values)
    publish_edition(edition, at=noon(day))
    return Item.objects.get(pk=edition.item_id)


def amend_on(day: date, item: Item) -> None:
    content = draft.Content(title="公示办法", body="<p>又改。</p>", change_note="更新", formed_on=item.formed_on)
    edition = draft.add_edition(item, content, author=item.created_by, at=noon(day))
    publish_edition(Edition.objects.select_related("item__agency").get(pk=edition.pk), at=noon(day))


@pytest.mark.django_db
def test_publish_meets_event_and_presence_on_the_day_in_beijing() -> None:
    entry, agency = pair("20个工作日内")
    oblige.generate(MARCH_10)

    item = publish_on(MARCH_10, entry, agency)

    rows = Obligation.objects.order_by("kind").values_list("kind", "met_by", "met_on")
    assert list(rows) == [(KIND.EVENT, item.pk, MARCH_10), (KIND.PRESENCE, item.pk, MARCH_10)]
    assert AuditEvent.objects.filter(action="obligation.meet").count() == 1


@pytest.mark.django_db
def test_publish_late_is_met_late() -> None:
    entry, agency = pair("7个工作日内")
    edition = draft_one(agency=agency, catalogue_entry=entry, content={"formed_on": date(2026, 1, 5)})

    publish_edition(edition, at=noon(MARCH_10))

    assert Obligation.objects.met_late().get().kind == KIND.EVENT


@pytest.mark.django_db
def test_publish_internal_item_meets_nothing() -> None:
    entry, agency = pair("长期公开")
    oblige.generate(MARCH_10)

    publish_on(MARCH_10, entry, agency, audience=Audience.INTERNAL)
    oblige.daily(MARCH_10)

    assert not Obligation.objects.met().exists()


@pytest.mark.django_db
def test_publish_by_another_agency_meets_nothing() -> None:
    entry, _agency = pair("长期公开")
    oblige.generate(MARCH_10)

    publish_on(MARCH_10, entry, make_agency())

    assert not Obligation.objects.met().exists()


@pytest.mark.django_db
def test_publish_annual_report_meets_the_year_it_is_about() -> None:
    entry, agency = pair("每年1月31日前", in_force_on=date(2024, 1, 1))
    oblige.generate(date(2026, 1, 20))

    publish_on(date(2026, 1, 20), entry, agency, item_type="annual_report", content={"extra": {"report_year": 2024}})

    assert Obligation.objects.met_late().get().period_end == date(2024, 12, 31)


@pytest.mark.django_db
def test_publish_amendment_meets_the_running_review() -> None:
    review, agency = pair("长期公开，每月更新")
    oblige.generate(date(2026, 1, 5))
    item = publish_on(date(2026, 1, 5), review, agency)
    oblige.generate(date(2026, 2, 5))

    amend_on(date(2026, 2, 5), item)

    assert list(Obligation.objects.order_by("period_start").values_list("met_on", flat=True)) == [
        date(2026, 1, 5),
        date(2026, 2, 5),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["每月10日前", "长期公开，每月更新"])
def test_publish_amendment_next_day_leaves_older_periods_open(text: str) -> None:
    entry, agency = pair(text)
    oblige.generate(date(2026, 11, 5))
    item = publish_on(date(2026, 11, 5), entry, agency)
    left = [date(2026, 9, 1), date(2026, 10, 1)]
    Obligation.objects.filter(period_start__in=left).update(met_by=None, met_on=None)
    before = list(Obligation.objects.order_by("pk").values_list("pk", "met_by", "met_on"))

    for day in (date(2026, 11, 6), date(2026, 11, 7)):
        amend_on(day, item)
        oblige.generate(day)

    assert list(Obligation.objects.order_by("pk").values_list("pk", "met_by", "met_on")) == before


@pytest.mark.django_db
def test_daily_amendment_of_an_old_text_meets_the_running_review_and_no_month() -> None:
    agency = make_agency()
    item = publish_on(date(2026, 1, 5), make_entry("20个工作日内", agency), agency)
    amend_on(date(2026, 3, 5), item)
    months, review = make_entry("每月10日前", agency), make_entry("长期公开，每月更新", agency)
    for entry in (months, review):
        Item.objects.update(catalogue_entry=entry)
        oblige.generate(MARCH_10, entries=[entry])
        Obligation.objects.filter(period_start=date(2026, 1, 1)).update(cancelled_at=noon(MARCH_10))

        fulfil.close_met()

    met = Obligation.objects.met().filter(entry__in=[months, review])
    assert list(met.values_list("kind", "period_start")) == [(KIND.REVIEW, date(2026, 3, 1))]


@pytest.mark.django_db
def test_publish_first_after_a_draft_that_was_given_up_is_a_first_publication() -> None:
    entry, agency = pair("每月10日前")
    oblige.generate(date(2026, 1, 5))
    content = {"formed_on": date(2026, 1, 5), "change_note": "重新起草"}
    edition = draft_one(agency=agency, catalogue_entry=entry, content=content)
    Edition.objects.filter(pk=edition.pk).update(number=2)

    publish_edition(reread(edition), at=noon(date(2026, 1, 5)))
    Obligation.objects.update(met_by=None, met_on=None)
    done = fulfil.close_met()

    assert done.met == 1


@pytest.mark.django_db
def test_publish_correction_notice_meets_nothing_and_makes_no_event() -> None:
    for text in ("每月10日前", "20个工作日内", "长期公开"):
        entry, agency = pair(text)
        oblige.generate(MARCH_10)
        notice = publish_on(MARCH_10, entry, agency, item_type="correction")

    oblige.daily(MARCH_10)

    assert not Obligation.objects.met().exists() and not DisclosureEvent.objects.exists()
    obligation = Obligation.objects.get(entry=entry)
    assert "更正公告不履行公开义务，请选被更正的信息。" in fulfil.reasons_against(
        obligation, notice, make_member(Role.PUBLISHER, agency)
    )


@pytest.mark.django_db
def test_meet_by_names_what_it_closed_and_no_more() -> None:
    entry, agency = pair("20个工作日内")
    oblige.generate(MARCH_10)
    met_before = make_obligation(entry=entry, agency=agency, period_start=date(2025, 7, 1), met_on=MARCH_10)

    publish_on(MARCH_10, entry, agency)

    ids = set(Obligation.objects.exclude(pk=met_before.pk).values_list("pk", flat=True))
    assert set(AuditEvent.objects.get(action="obligation.meet").after["obligations"]) == ids


@pytest.mark.django_db
def test_meet_by_queries_none_without_an_entry_four_with_one() -> None:
    entry, agency = pair("20个工作日内")
    oblige.generate(MARCH_10)
    edition = draft_one(agency=agency, catalogue_entry=entry, content={"formed_on": MARCH_10})
    publish_edition(edition, at=noon(MARCH_10))
    item = Item.objects.select_related("current_edition", "agency").get(pk=edition.item_id)
    Obligation.objects.update(met_by=None, met_on=None)

    with CaptureQueriesContext(connection) as queries:
        assert fulfil.meet_by(item, at=noon(MARCH_10)) == 2
    assert len(queries) == 4
    item.catalogue_entry = None
    with CaptureQueriesContext(connection) as queries:
        assert fulfil.meet_by(item, at=noon(MARCH_10)) == 0
    assert len(queries) == 0


@pytest.mark.django_db
def test_daily_closes_what_was_published_before_it_was_owed_once() -> None:
    entry, agency = pair("每季度至少公开一次", in_force_on=MARCH_10)
    item = publish_on(MARCH_10, entry, agency)

    first, second = oblige.daily(MARCH_10), oblige.daily(date(2026, 4, 2))

    assert (first.met, second.met) == (1, 0)  # the publication of March answers for no second quarter
    assert list(Obligation.objects.order_by("period_start").values_list("met_by", flat=True)) == [item.pk, None]
    assert "已公开信息履行 1 项" in str(first)


@pytest.mark.django_db
def test_daily_publication_answers_for_one_half_year_however_often_it_runs() -> None:
    entry, agency = pair("20个工作日内")
    edition = draft_one(agency=agency, catalogue_entry=entry, content={"formed_on": date(2026, 6, 20)})
    publish_edition(edition, at=noon(date(2026, 7, 10)))

    for _ in range(2):
        oblige.daily(date(2026, 7, 10))

    first, second = Obligation.objects.filter(kind=KIND.PRESENCE).order_by("period_start")
    assert (first.met_by_id, second.met_by_id) == (edition.item_id, None)


@pytest.mark.django_db
def test_daily_second_run_changes_nothing() -> None:
    for text in ("每季度至少公开一次", "长期公开", "20个工作日内"):
        entry, agency = pair(text)
        publish_on(MARCH_10, entry, agency)
    oblige.daily(MARCH_10)
    before = list(Obligation.objects.order_by("pk").values()), PublicRevision.objects.count()

    done = oblige.daily(MARCH_10)

    assert (done.met, done.reopened, done.generated.created) == (0, 0, 0)
    assert (list(Obligation.objects.order_by("pk").values()), PublicRevision.objects.count()) == before


@pytest.mark.django_db
def test_daily_equals_what_publication_would_have_met() -> None:
    entry, agency = pair("每月10日前")
    oblige.generate(MARCH_10)
    for day in (date(2026, 2, 3), date(2026, 3, 5), date(2026, 3, 6)):
        publish_on(day, entry, agency)
    at_once_met = list(Obligation.objects.order_by("period_start").values_list("met_by", "met_on"))
    Obligation.objects.update(met_by=None, met_on=None)

    fulfil.close_met()

    assert list(Obligation.objects.order_by("period_start").values_list("met_by", "met_on")) == at_once_met


@pytest.mark.django_db
def test_daily_fault_of_one_entry_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    broken, agency = pair("长期公开")
    sound, other = pair("长期公开")
    publish_on(MARCH_10, broken, agency)
    publish_on(MARCH_10, sound, other)
    true_close = fulfil._close

    def fail_once(publication: Publication, met: list[Open], item: Item) -> int:
        if item.agency_id == agency.pk:
            raise RuntimeError("broken")
        return true_close(publication, met, item)

    monkeypatch.setattr(fulfil, "_close", fail_once)

    done = oblige.daily(MARCH_10)

    assert (done.met, done.faults) == (1, (broken.code,))
    assert broken.code in str(done)


def withdraw(item: Item, day: date) -> None:
    closing = close.Closing(action=ItemAction.WITHDRAW, ground="有误", basis="条例", explanation="重新公开")
    close.close(
        item.pk, closing, actor=signer(ReviewStep.APPROVAL, item.agency), asked_by=item.created_by, at=noon(day)
    )


@pytest.mark.django_db
def test_daily_item_withdrawn_in_the_period_opens_it_again() -> None:
    entry, agency = pair("长期公开")
    oblige.generate(MARCH_10)
    item = publish_on(MARCH_10, entry, agency)
    withdraw(item, date(2026, 4, 1))

    done = oblige.daily(date(2026, 4, 2))

    assert done.reopened == 1
    assert Obligation.objects.open().count() == 1
    assert AuditEvent.objects.get(action="obligation.reopen").before["met_by"] == item.pk
    assert oblige.daily(date(2026, 4, 3)).reopened == 0


@pytest.mark.django_db
def test_daily_item_withdrawn_after_the_period_goes_on_meeting_it() -> None:
    entry, agency = pair("长期公开，每月更新")
    oblige.generate(MARCH_10)
    item = publish_on(MARCH_10, entry, agency)
    withdraw(item, date(2026, 4, 1))

    oblige.daily(date(2026, 4, 2))

    assert Obligation.objects.get(period_start=date(2026, 3, 1)).met_by == item


@pytest.mark.django_db
def test_meet_officer_names_the_item() -> None:
    entry, agency = pair("20个工作日内")
    item = publish_on(MARCH_10, make_entry("20个工作日内", agency), agency)
    obligation = make_obligation(entry=entry, agency=agency)

    fulfil.meet(obligation.pk, item.pk, actor=make_member(Role.PUBLISHER, agency), at=noon(date(2026, 5, 1)))

    obligation.refresh_from_db()
    assert (obligation.met_by, obligation.met_on) == (item, MARCH_10)


@pytest.mark.django_db
def test_meet_every_reason_against_it() -> None:
    agency = make_agency()
    filing = make_obligation(agency=agency, kind=KIND.FILING)
    draft_item = draft_one(agency=agency).item
    late = publish_on(date(2026, 7, 2), make_entry("20个工作日内", agency), agency)
    foreign = publish_on(MARCH_10, *pair("20个工作日内"))
    actor = make_member(Role.PUBLISHER, agency)
    reasons = {
        "报送义务以登记报送履行。": (filing, late, actor),
        "信息须是面向社会已经公开的信息。": (make_obligation(agency=agency), draft_item, actor),
        "信息不是本单位公开的。": (make_obligation(agency=agency), foreign, actor),
        "信息不是在这一期间内形成或者公开的。": (make_obligation(agency=agency), late, actor),
        "这项义务已经履行。": (
            make_obligation(agency=agency, met_on=MARCH_10, period_start=date(2025, 7, 1)),
            late,
            actor,
        ),
        "这项义务已取消。": (make_obligation(agency=agency, cancelled_at=noon(MARCH_10)), late, actor),
        "您不是本单位的承办人或审定人。": (make_obligation(agency=agency), late, make_member(Role.STAFF, agency)),
    }

    for reason, (obligation, item, person) in reasons.items():
        assert reason in fulfil.reasons_against(obligation, item, person)
        with pytest.raises(ValidationError):
            fulfil.meet(obligation.pk, item.pk, actor=person, at=noon(MARCH_10))


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_meet_by_threads_at_once_has_one_effect() -> None:
    agency = make_agency()
    obligation = make_obligation(agency=agency, kind=KIND.REVIEW)
    items = [
        make_edition(make_item(agency=agency), published_on=MARCH_10, published_at=noon(MARCH_10)).item
        for _ in range(8)
    ]
    for item in items:
        item.state = "live"
        item.save()
    actor = make_member(Role.PUBLISHER, agency)

    outcomes = at_once(
        *[lambda item=item: fulfil.meet(obligation.pk, item.pk, actor=actor, at=noon(MARCH_10)) for item in items]
    )

    assert sum(isinstance(outcome, Obligation) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, ValidationError) for outcome in outcomes) == 7
    assert AuditEvent.objects.filter(action="obligation.meet").count() == 1
