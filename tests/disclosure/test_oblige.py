"""Generating what is owed: once, whatever is run how often, and taken out when nobody asks for it any more."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from disclosure.enums import Mode, ObligationKind, TargetGroup
from disclosure.models import CatalogueEntry, DisclosureEvent, Obligation
from disclosure.services import events, oblige
from govportal.models import Agency, AuditEvent, Holiday, HolidayYear, PublicRevision
from govportal.permissions import Role
from tests.factories import make_agency, make_catalogue_entry, make_member
from tests.factories.obligations import make_entry, make_obligation, noon
from tests.threads import at_once

TODAY = date(2026, 3, 10)
KIND = ObligationKind


def keys() -> set[tuple[object, ...]]:
    return set(
        Obligation.objects.values_list(
            "entry_id", "agency_id", "kind", "period_start", "period_end", "due_on", "event_id", "cancelled_at"
        )
    )


def revision() -> int:
    return PublicRevision.objects.count()


@pytest.mark.django_db
def test_generate_entry_times_agency_and_catches_up() -> None:
    entry = make_entry("每月10日前", make_agency(), make_agency())

    done = oblige.generate(TODAY)

    assert (done.created, done.total) == (6, 6)
    months = Obligation.objects.filter(entry=entry).values_list("period_start", flat=True)
    assert set(months) == {date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)}


@pytest.mark.django_db
def test_generate_second_run_writes_nothing() -> None:
    make_entry("每月10日前", make_agency())
    make_entry("长期公开", make_agency())
    oblige.generate(TODAY)
    before = keys(), revision()

    with CaptureQueriesContext(connection) as queries:
        done = oblige.generate(TODAY)

    assert (done.created, done.moved, done.cancelled, done.restored, done.total) == (0, 0, 0, 0, 4)
    assert (keys(), revision()) == before
    assert not [q["sql"] for q in queries if not q["sql"].startswith(("SELECT", "DECLARE", "FETCH", "CLOSE"))]


@pytest.mark.django_db
def test_generate_named_agencies_before_kinds() -> None:
    named, township, closed = make_agency(), make_agency(kind="township"), make_agency(kind="township", is_active=False)
    by_kind = make_entry("长期公开", responsible_kinds=["township"])
    both = make_entry("长期公开", named, responsible_kinds=["township"])

    oblige.generate(TODAY)

    rows = set(Obligation.objects.values_list("entry_id", "agency_id"))
    assert rows == {(by_kind.pk, township.pk), (both.pk, named.pk)}
    assert not Obligation.objects.filter(agency=closed).exists()


@pytest.mark.django_db
def test_generate_report_is_owed_by_filing() -> None:
    make_entry("每年1月31日前", make_agency(), is_report=True)

    oblige.generate(TODAY)

    assert Obligation.objects.get().kind == KIND.FILING


@pytest.mark.django_db
def test_generate_only_what_was_asked_for() -> None:
    first, second = make_agency(), make_agency()
    entry, other = make_entry("长期公开", first, second), make_entry("长期公开", first)

    done = oblige.generate(TODAY, entries=[entry], agencies=[second])

    assert list(Obligation.objects.values_list("entry", "agency")) == [(entry.pk, second.pk)]
    assert (done.created, done.total, done.without) == (1, 1, ())
    oblige.generate(TODAY, agencies=[first])
    assert Obligation.objects.count() == 3
    assert Obligation.objects.filter(entry=other).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"text": "同上"}, "公开时限没有识别"),
        ({"mode": Mode.ON_REQUEST}, "公开方式是“依申请公开”，不产生主动公开义务"),
        ({"target": TargetGroup.INTERNAL}, "对内公开，不产生面向社会的公开义务"),
        ({"in_force_on": date(2026, 3, 11)}, "从 2026-03-11 起启用"),
        ({"text": "提前7日"}, "没有定期的期限，也没有登记公开事由"),
    ],
)
def test_generate_lists_entries_that_oblige_nobody_with_the_reason(values: dict[str, object], reason: str) -> None:
    text = str(values.pop("text", "长期公开"))
    entry = make_entry(text, make_agency(), **values)  # type: ignore[arg-type]

    done = oblige.generate(TODAY)

    assert [(w.entry, w.reason) for w in done.without] == [(entry, reason)]
    assert oblige.without_obligation(TODAY) == list(done.without)
    assert not Obligation.objects.exists()


@pytest.mark.django_db
def test_generate_entry_without_agency_in_force_is_listed() -> None:
    make_entry("长期公开", make_agency(is_active=False), responsible_kinds=["department"])

    assert [w.reason for w in oblige.generate(TODAY).without] == ["没有在用的公开主体"]


@pytest.mark.django_db
def test_generate_entry_out_of_force_is_neither_listed_nor_owed() -> None:
    make_entry("长期公开", make_agency(), is_active=False)

    assert oblige.generate(TODAY).without == ()
    assert not Obligation.objects.exists()


@pytest.mark.django_db
def test_generate_before_event_with_an_event_is_not_without() -> None:
    agency = make_agency()
    entry = make_entry("提前7日", agency)
    actor = make_member(Role.PUBLISHER, agency)
    events.record(
        entry=entry, agency=agency, title="全体会议", occurred_on=date(2026, 4, 1), actor=actor, at=noon(TODAY)
    )

    assert oblige.generate(TODAY).without == ()


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["entry", "agency", "removed", "rule", "mode"])
def test_generate_what_is_no_longer_asked_for_is_cancelled_while_it_runs_and_comes_back(how: str) -> None:
    agency = make_agency()
    entry = make_entry("每月10日前", agency)
    event_entry = make_entry("20个工作日内", agency)
    actor = make_member(Role.PUBLISHER, agency)
    events.record(entry=event_entry, agency=agency, title="决定", occurred_on=TODAY, actor=actor, at=noon(TODAY))
    oblige.generate(TODAY)

    def switch(*, on: bool) -> None:
        entries = CatalogueEntry.objects.filter(pk__in=[entry.pk, event_entry.pk])
        if how == "entry":
            entries.update(is_active=on)
        elif how == "agency":
            Agency.objects.filter(pk=agency.pk).update(is_active=on)
        elif how == "removed":
            for one in entries:
                one.agencies.set([agency] if on else [])
        elif how == "mode":
            entries.update(mode=Mode.PROACTIVE if on else Mode.ON_REQUEST)
        else:
            CatalogueEntry.objects.filter(pk=entry.pk).update(timing_kind="recurring" if on else "unparsed")
            CatalogueEntry.objects.filter(pk=event_entry.pk).update(timing_kind="after_event" if on else "unparsed")

    switch(on=False)
    done = oblige.generate(TODAY)

    cancelled = Obligation.objects.filter(cancelled_at__isnull=False)
    assert done.cancelled == cancelled.count() == 3  # the running month, the half-year, the event
    assert all(cancelled.values_list("cancel_reason", flat=True))
    assert set(Obligation.objects.open().values_list("period_start", flat=True)) == {date(2026, 1, 1), date(2026, 2, 1)}
    assert AuditEvent.objects.filter(action="obligation.cancel").count() == 2
    assert oblige.generate(TODAY).cancelled == 0

    switch(on=True)

    assert oblige.generate(TODAY).restored == 3
    assert not Obligation.objects.filter(cancelled_at__isnull=False).exists()


@pytest.mark.django_db
def test_generate_met_obligation_of_a_stopped_entry_stays_met() -> None:
    agency = make_agency()
    entry = make_entry("长期公开", agency)
    oblige.generate(TODAY)
    Obligation.objects.update(met_on=TODAY)
    entry.is_active = False
    entry.save()

    assert oblige.generate(TODAY).cancelled == 0
    assert Obligation.objects.met().in_force().count() == 1


@pytest.mark.django_db
def test_generate_holiday_notice_moves_what_is_still_running() -> None:
    entry = make_entry("每月结束后20日内", make_agency(), in_force_on=date(2027, 8, 1))
    today = date(2027, 9, 5)
    oblige.generate(today)
    august, september = Obligation.objects.filter(entry=entry).order_by("period_start")
    assert (august.due_on, september.due_on) == (date(2027, 9, 20), date(2027, 10, 20))
    notice = HolidayYear.objects.create(year=2027, source="国办")
    Holiday.objects.create(date=date(2027, 10, 20), name="测试", is_off=True, notice=notice)

    done = oblige.generate(today)

    september.refresh_from_db()
    assert done.moved == 1
    assert september.due_on == date(2027, 10, 21)


@pytest.mark.django_db
def test_generate_event_recorded_before_its_rule_was_understood_is_caught_up() -> None:
    agency = make_agency()
    entry = make_entry("20个工作日内", agency)
    event = DisclosureEvent.objects.create(
        entry=entry, agency=agency, title="决定", occurred_on=TODAY, recorded_at=noon(TODAY)
    )

    oblige.generate(TODAY)
    oblige.generate(TODAY)

    assert event.obligations.get().due_on == date(2026, 4, 8)


@pytest.mark.django_db
def test_generate_queries_do_not_grow_with_entries_and_agencies() -> None:
    def count() -> int:
        oblige.generate(TODAY)
        with CaptureQueriesContext(connection) as queries:
            oblige.generate(TODAY)
        return len(queries)

    make_entry("每月10日前", make_agency())
    first = count()
    for _ in range(3):
        make_entry("每月10日前", make_agency(), make_agency())

    assert count() == first


@pytest.mark.django_db
def test_obligation_constraints_refuse_what_makes_no_sense() -> None:
    row = make_obligation()
    same: dict[str, object] = {"entry": row.entry, "agency": row.agency}
    wrong: list[dict[str, object]] = [
        {"kind": "nonsense"},
        {"period_end": date(2025, 12, 31)},
        {"met_on": TODAY, "cancelled_at": noon(TODAY), "period_start": date(2025, 7, 1)},
        same,
    ]

    for values in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            make_obligation(**values)


@pytest.mark.django_db
def test_obligation_one_of_a_kind_an_event() -> None:
    agency = make_agency()
    actor = make_member(Role.PUBLISHER, agency)
    event = events.record(
        entry=make_entry("20个工作日内", agency), agency=agency, title="决定", occurred_on=TODAY, actor=actor,
        at=noon(TODAY),
    )  # fmt: skip

    with pytest.raises(IntegrityError), transaction.atomic():
        make_obligation(event=event, kind=KIND.EVENT)


@pytest.mark.django_db
def test_oblige_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    make_entry("长期公开", make_agency(), in_force_on=date(2020, 1, 1))
    make_catalogue_entry(code="X-1")

    call_command("oblige")

    said = capsys.readouterr().out
    assert "X-1" in said and "公开时限没有识别" in said
    assert "新生成" in said and "1 个事项没有产生义务" in said


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_generate_by_threads_at_once_makes_each_row_once() -> None:
    agencies = [make_agency() for _ in range(20)]
    for _ in range(10):
        make_entry("每月10日前", *agencies)

    outcomes = at_once(lambda: oblige.generate(TODAY), times=4)

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert Obligation.objects.count() == 20 * 10 * 3
    assert oblige.generate(TODAY).created == 0


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans without statistics")
def test_generate_many_tells_the_planner_and_few_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oblige, "_MANY", 2)
    make_entry("每月10日前", make_agency())

    with CaptureQueriesContext(connection) as many:
        oblige.generate(TODAY)
    with CaptureQueriesContext(connection) as none:
        oblige.generate(TODAY)

    analysed = [sum(query["sql"].startswith("ANALYZE") for query in queries) for queries in (many, none)]
    assert analysed == [1, 0]


@pytest.mark.django_db
def test_generate_takes_out_what_a_cancelled_event_still_obliges_to() -> None:
    event = _event()
    DisclosureEvent.objects.filter(pk=event.pk).update(cancelled_at=noon(TODAY), cancel_reason="登记重复")

    done = oblige.generate(TODAY)

    assert (done.cancelled, event.obligations.get().cancel_reason) == (1, "登记重复")
    assert oblige.generate(TODAY).cancelled == 0


def _event() -> DisclosureEvent:
    agency = make_agency()
    entry = make_entry("20个工作日内", agency)
    actor = make_member(Role.PUBLISHER, agency)
    return events.record(entry=entry, agency=agency, title="决定", occurred_on=TODAY, actor=actor, at=noon(TODAY))


@pytest.mark.django_db
def test_generate_event_cancelled_between_the_plan_and_its_writing_stays_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    event = _event()
    approver = make_member(Role.APPROVER, event.agency)
    event.obligations.update(cancelled_at=noon(TODAY), cancel_reason="单位已停用")
    write = oblige._write

    def cancel_first(*args: Any) -> None:
        events.cancel(event.pk, actor=approver, at=noon(TODAY), reason="登记重复")
        write(*args)

    monkeypatch.setattr(oblige, "_write", cancel_first)

    oblige.generate(TODAY)

    assert not event.obligations.in_force().exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_generate_while_events_are_cancelled_revives_none() -> None:
    found = [_event() for _number in range(8)]
    approvers = [make_member(Role.APPROVER, event.agency) for event in found]
    Obligation.objects.update(cancelled_at=noon(TODAY), cancel_reason="单位已停用")
    cancels = [
        partial(events.cancel, event.pk, actor=approver, at=noon(TODAY), reason="登记重复")
        for event, approver in zip(found, approvers, strict=True)
    ]

    outcomes = at_once(*cancels, lambda: oblige.generate(TODAY), lambda: oblige.generate(TODAY))

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert not Obligation.objects.in_force().filter(event__isnull=False).exists()


def _owed(entry: CatalogueEntry) -> set[tuple[object, ...]]:
    columns = ("kind", "period_start", "period_end", "due_on", "event_id", "cancelled_at")
    return set(entry.obligations.values_list(*columns))


class DayByDay(TestCase):
    """Generating day by day leaves what generating once at the end leaves."""

    @settings(max_examples=15, deadline=None)
    @given(
        st.lists(
            st.sampled_from(
                ["每月10日前", "每季度结束后15日内", "每20个工作日更新", "每周更新", "长期公开", "20个工作日内"]
            ),
            min_size=1,
            max_size=3,
        ),
        st.dates(date(2026, 1, 1), date(2026, 12, 1)),
        st.lists(st.integers(1, 40), min_size=1, max_size=6),
    )
    def test_equals_once_at_the_end(self, texts: list[str], start: date, steps: list[int]) -> None:
        entries, same = ([make_entry(text, make_agency(), in_force_on=start) for text in texts] for _set in range(2))
        day = start
        oblige.generate(day, entries=entries)
        for step in steps:
            day += timedelta(days=step)
            oblige.generate(day, entries=entries)

        oblige.generate(day, entries=same)

        assert [_owed(entry) for entry in entries] == [_owed(entry) for entry in same]
