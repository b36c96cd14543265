"""What the database itself refuses about accountability: every statement here goes past the services."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, models
from django.utils.timezone import localdate
from pytest_django import Settings

from evaluation import accountability_tasks
from evaluation.accountability_enums import CaseState, Circumstance, NoticeKind, Part
from evaluation.models import AccountabilityCase, AccountabilityEvent, AccountabilityNotice, Respondent
from evaluation.services import (
    accountability_decide,
    accountability_notices,
    accountability_purge,
    accountability_respondents,
)
from govportal import crypto
from govportal.models import AuditEvent, Heartbeat, PrivateFile
from govportal.now import now
from tests.database import refused, replaced, run
from tests.factories import make_agency, make_private_file
from tests.factories.accountability import (
    bring_case_to,
    deliver_papers,
    hear_person,
    make_case,
    make_decision,
    make_head,
    make_notice,
    name_person,
    notify_person,
    open_case,
    reread,
    waive_person,
)

pytestmark = pytest.mark.django_db
S = CaseState
LONG_AGO, MOMENT = "2020-01-01", "2020-01-01 00:00:00+00:00"


def refuses(row: models.Model, column: str, value: Any) -> bool:
    return refused(f'UPDATE {row._meta.db_table} SET "{column}" = %s WHERE id = %s', value, row.pk)


def test_nobody_is_decided_about_unheard_past_the_services() -> None:
    row = open_case()
    table = AccountabilityCase._meta.db_table
    decided = (
        f"UPDATE {table} SET state = 'decided', decided_on = opened_on, decided_by_id = office_id + 0, "
        "correction_due_on = opened_on WHERE id = %s"
    )
    heard = f"UPDATE {table} SET state = 'heard', heard_on = opened_on WHERE id = %s"
    second = row.office.memberships.order_by("-pk")[0].user_id
    decided = decided.replace("office_id + 0", str(second))

    assert refused(decided, row.pk)  # straight from the opening
    run(heard, row.pk)
    assert refused(decided, row.pk)  # nobody named
    run(f"UPDATE {table} SET state = 'opened', heard_on = NULL WHERE id = %s", row.pk)
    heard_one, silent = name_person(row), name_person(row)
    hear_person(heard_one)
    run(heard, row.pk)
    assert refused(decided, row.pk)  # one of two unheard
    assert refuses(heard_one, "measure", "criticism")
    assert refuses(silent, "measure", "criticism")
    assert refuses(silent, "waived_on", LONG_AGO)  # the hearing is over
    run(f"UPDATE {table} SET state = 'opened', heard_on = NULL WHERE id = %s", row.pk)
    waive_person(silent)
    run(heard, row.pk)
    assert not refuses(silent, "measure", "criticism")
    assert not refused(decided, row.pk)


def test_nobody_is_heard_or_done_before_the_paper_arrived_past_the_services() -> None:
    row = open_case()
    who, decided = name_person(row), make_case(S.DECIDED)
    head = make_head(decided.agency)
    columns = f"state = 'corrected', corrected_on = decided_on, corrected_by_id = {head.pk}"
    corrected = f"UPDATE {AccountabilityCase._meta.db_table} SET {columns} WHERE id = %s"

    assert refuses(who, "waived_on", localdate())  # without a notice
    notify_person(who)
    assert refuses(who, "waived_on", localdate())
    assert refused(corrected, decided.pk)
    deliver_papers(row)
    deliver_papers(decided)
    assert not refuses(who, "waived_on", localdate())
    assert not refused(corrected, decided.pk)


def test_nobody_is_decided_about_on_what_he_was_not_told_past_the_services() -> None:
    row = open_case()
    who = hear_person(name_person(row, circumstance=Circumstance.APPROVED))
    person, paper = Respondent._meta.db_table, who.notices.get()
    silent = f"UPDATE {person} SET circumstance = 'kept_silent', responsibility = 'whole' WHERE id = %s"
    unsaid = f"UPDATE {person} SET heard_on = NULL, heard_by_id = NULL, statement = '' WHERE id = %s"
    withdrawn = f"UPDATE {paper._meta.db_table} SET withdrawn_on = issued_on WHERE id = %s"
    bears = f"UPDATE {person} SET responsibility = 'main', circumstance = 'kept_silent' WHERE id = %s"

    for statement in (silent, bears, unsaid):
        assert refused(statement, who.pk), statement
    run(f"UPDATE {person} SET responsibility = 'none', circumstance = 'overruled' WHERE id = %s", who.pk)  # less
    assert refused(withdrawn, paper.pk)  # without what he had answered to it
    assert refused(unsaid, who.pk)  # what he said would be gone
    other = hear_person(name_person(open_case(), circumstance=Circumstance.APPROVED))
    accountability_respondents.redivide(
        other.pk, part=Part.UNDERTAKER, circumstance=Circumstance.NOT_SOUGHT, dissent_on_record=False,
        actor=other.case.opened_by, at=now(), note="没有审批单。",
    )  # fmt: skip
    first, second = other.notices.get(), notify_person(other)
    assert refused(f"UPDATE {paper._meta.db_table} SET statement = '' WHERE id = %s", first.pk)
    columns = [str(one.column) for one in second._meta.concrete_fields if one.column not in {"id", "number"}]
    names = ", ".join(f'"{column}"' for column in columns)
    copied = f"INSERT INTO {paper._meta.db_table} (number, {names}) SELECT 'X-3', {names} FROM {paper._meta.db_table}"
    assert refused(f"{copied} WHERE id = %s", second.pk)
    decided = make_case(S.DECIDED)
    assert refuses(decided.notices.get(kind=NoticeKind.HEARING), "withdrawn_on", localdate())


def test_what_was_said_ends_with_its_notice_and_its_print_past_the_services() -> None:
    who = hear_person(name_person(open_case()))
    paper, person = AccountabilityNotice._meta.db_table, Respondent._meta.db_table
    answer = "SELECT {0} FROM {1} p WHERE p.id = respondent_id"
    ends = f"UPDATE {paper} SET withdrawn_on = issued_on"
    copied = ", ".join(f"{column} = ({answer.format(column, person)})" for column in ("heard_on", "heard_by_id"))
    printed = f"statement_print = ({answer.format('statement_print', person)})"
    leaves = "WHERE id = %s AND withdrawn_on IS NULL"
    unsaid = (
        f"UPDATE {person} SET statement = '', statement_print = '', heard_on = NULL, heard_by_id = NULL WHERE id = %s"
    )

    def end_and_empty(notice: AccountabilityNotice, said: str) -> None:
        for columns in ("", f", {copied}", f", {copied}, statement_print = '{'0' * 64}'", f", {printed}"):
            assert refused(f"{ends}{columns}, statement = %s {leaves}", crypto.encrypt(said), notice.pk), columns
        assert refused(f"{ends}, {copied}, {printed} {leaves}", notice.pk)  # without what he said
        assert refused(unsaid, who.pk)
        run(f"{ends}, {copied}, {printed}, statement = %s {leaves}", crypto.encrypt(said), notice.pk)
        for column, value in (("withdrawn_on", None), ("heard_on", LONG_AGO), ("heard_on", None)):
            assert refuses(notice, column, value), column
        assert refuses(notice, "statement_print", "") and refuses(notice, "statement_print", "0" * 64)
        run(unsaid, who.pk)

    end_and_empty(who.notices.get(), who.statement)
    who = Respondent.objects.get(pk=who.pk)
    assert who.is_untouched and not who.has_had_his_say
    who = hear_person(who, text="同一天又作了陈述。")  # to the same officer
    end_and_empty(who.notices.get(withdrawn_on=None), "我没有话说。")
    assert not Respondent.objects.get(pk=who.pk).is_untouched
    other = hear_person(name_person(open_case()))
    names = [str(one.column) for one in AccountabilityNotice._meta.concrete_fields if one.column != "id"]
    chosen = {"number": "'X-4'", "withdrawn_on": "issued_on", "statement_print": "'0'"}
    quoted, values = (
        ", ".join(column) for column in ([f'"{name}"' for name in names], [chosen.get(n, n) for n in names])
    )
    born = f"INSERT INTO {paper} ({quoted}) SELECT {values} FROM {paper} WHERE id = %s"
    assert refused(born, other.notices.get().pk)  # none begins as withdrawn


def test_nothing_is_told_or_decided_by_words_or_a_name_that_were_changed() -> None:
    """The columns cannot be guarded; their prints are, and whoever tells or decides asks for them."""

    def reasons(row: AccountabilityCase) -> list[list[str]]:
        second = row.office.memberships.order_by("-pk")[0].user
        return [
            accountability_decide.reasons_against_deciding(row, make_decision(row), second, localdate()),
            accountability_decide.reasons_against_dropping(row, "经查不属实。", second),
        ]

    def notifying(row: AccountabilityCase) -> list[str]:
        return accountability_notices.reasons_against_notifying_anybody(row, row.opened_by)

    for model, key, column, other in (
        (Respondent, "case_id", "name", "柳如云"),
        (Respondent, "case_id", "statement", "我没有话说。"),
        (AccountabilityCase, "id", "facts", "经查没有问题。"),
        (AccountabilityCase, "id", "facts", make_case().facts),
    ):
        heard, opened = make_case(S.HEARD), make_case()
        assert reasons(heard) == [[], []] and not notifying(opened)
        for row in (heard, opened):
            run(f"UPDATE {model._meta.db_table} SET {column} = %s WHERE {key} = %s", crypto.encrypt(other), row.pk)
        for found in (*reasons(reread(heard)), notifying(reread(opened))):
            assert len(found) == 1 and "数据被改动过" in found[0], column


def test_one_name_has_another_print_in_another_case() -> None:
    people = [name_person(open_case(), name="柳如云") for _number in range(2)]

    assert people[0].name_print != people[1].name_print and all(who.is_untouched for who in people)


def test_facts_change_before_the_first_notice_alone_past_the_services() -> None:
    row = make_case()
    digest = row.facts_digest
    assert not refuses(row, "facts_digest", "0" * 64)
    run(f"UPDATE {row._meta.db_table} SET facts_digest = %s WHERE id = %s", digest, row.pk)
    notify_person(row.respondents.get())
    assert refuses(row, "facts_digest", "1" * 64)


def test_database_keeps_what_was_opened_said_and_decided() -> None:
    other = make_agency()
    opened, decided, closed = make_case(), make_case(S.DECIDED), make_case(S.CLOSED)
    dropped = make_case(S.DROPPED)
    heard, said = decided.respondents.get(), closed.respondents.get()
    waived = waive_person(name_person(opened))
    notice, event = decided.notices.get(kind=NoticeKind.AGENCY_DECISION), decided.events.earliest("pk")
    accountability_notices.file_of(notice.pk)
    AccountabilityNotice.objects.filter(pk=notice.pk).update(delivered_on=notice.issued_on)
    cases: list[tuple[models.Model, str, list[Any]]] = [
        *((opened, column, [value]) for column, value in {
            "number": "X-1", "office_id": other.pk, "agency_id": other.pk, "trigger": "x", "trigger_words": "x",
            "basis": "x", "opened_on": LONG_AGO, "facts": "", "public_facts": "x", "purged_at": MOMENT,
        }.items()),
        (decided, "decided_on", [LONG_AGO]),
        (decided, "agency_measure", ["circular", ""]),
        (decided, "heard_on", [LONG_AGO]),
        (decided, "reasons", [""]),
        (decided, "state", [S.OPENED, S.HEARD]),
        (closed, "closed_on", [LONG_AGO]),
        (closed, "verified_on", [LONG_AGO]),
        (closed, "correction", [""]),
        (dropped, "state", [S.OPENED]),
        (heard, "heard_on", [LONG_AGO, None]),
        (heard, "statement", [""]),
        (heard, "statement_print", ["", "0" * 64]),
        (heard, "name_print", ["", "0" * 64]),
        (waived, "name_print", ["0" * 64]),
        (heard, "name", [""]),
        (heard, "measure", ["circular", ""]),
        (heard, "responsibility", ["none"]),
        (heard, "post", ["x"]),
        (heard, "case_id", [closed.pk]),
        (said, "consideration", [""]),
        (waived, "waived_on", [LONG_AGO, None]),
        (waived, "paper_id", [None, make_private_file().pk]),
        (notice, "number", ["X-1"]),
        (notice, "kind", ["hearing"]),
        (notice, "issued_on", [LONG_AGO]),
        (notice, "delivered_on", [None]),
        (AccountabilityNotice.objects.get(pk=notice.pk), "file_id", [None, make_private_file().pk]),
        (event, "action", ["drop"]),
        (event, "on", [LONG_AGO]),
        (event, "part", ["member"]),
    ]  # fmt: skip
    for row, column, values in cases:
        for value in values:
            assert refuses(row, column, value), (row._meta.label, str(row), column, value)
    for row in (opened, decided, heard, waived, notice, event):
        assert refused(f"DELETE FROM {row._meta.db_table} WHERE id = %s", row.pk), row._meta.label


def test_days_of_a_case_go_in_their_order_past_the_services() -> None:
    opened, heard, closed = make_case(), make_case(S.HEARD), make_case(S.CLOSED)
    who = opened.respondents.get()
    notify_person(who)
    deliver_papers(opened)
    table, after = AccountabilityCase._meta.db_table, localdate() + timedelta(days=1)
    decide = (
        f"UPDATE {table} SET state = 'decided', decided_on = %s, decided_by_id = %s, correction_due_on = %s, "
        "heard_on = %s WHERE id = %s"
    )
    today, late = localdate(), make_case(S.HEARD)
    corrected = f"UPDATE {table} SET state = 'corrected', corrected_on = %s, corrected_by_id = %s WHERE id = %s"
    decided = make_case(S.DECIDED)
    deliver_papers(decided)

    assert refuses(who, "waived_on", LONG_AGO)
    assert not refuses(who, "waived_on", after)
    assert refused(f"UPDATE {table} SET state = 'heard', heard_on = %s WHERE id = %s", LONG_AGO, opened.pk)
    run(f"UPDATE {table} SET state = 'heard', heard_on = %s WHERE id = %s", after, opened.pk)
    assert refused(decide, today, _second_of(opened), after, after, opened.pk)  # said later
    assert refused(decide, LONG_AGO, _second_of(heard), after, heard.heard_on, heard.pk)
    assert refused(decide, today, _second_of(heard), after, after, heard.pk)  # the hearing moves with the decision
    assert not refused(decide, today, _second_of(late), after, late.heard_on, late.pk)
    assert refused(corrected, LONG_AGO, make_head(decided.agency).pk, decided.pk)
    assert refuses(closed, "closed_on", LONG_AGO)


def _second_of(row: AccountabilityCase) -> int:
    return int(row.office.memberships.order_by("-pk")[0].user_id)


def test_people_come_into_open_cases_alone_and_cases_begin_open() -> None:
    decided, person = make_case(S.DECIDED), Respondent._meta.db_table
    columns = [str(one.column) for one in Respondent._meta.concrete_fields if one.column not in {"id", "paper_id"}]
    copied = ", ".join(columns)
    statement = f"INSERT INTO {person} ({copied}) SELECT {copied} FROM {person} WHERE case_id = %s"
    case = AccountabilityCase._meta.db_table
    columns = [str(one.column) for one in AccountabilityCase._meta.concrete_fields if one.column != "id"]
    chosen = ", ".join("'X-2'" if column == "number" else f'"{column}"' for column in columns)
    named = ", ".join(f'"{column}"' for column in columns)

    assert refused(statement, decided.pk)
    assert refused(f"INSERT INTO {case} ({named}) SELECT {chosen} FROM {case} WHERE id = %s", decided.pk)
    free = name_person(open_case())
    assert not refused(f"DELETE FROM {person} WHERE id = %s", free.pk)


def test_decision_says_which_form_of_a_measure_is_meant() -> None:
    who = make_case(S.HEARD).respondents.get()
    decided = f"UPDATE {who._meta.db_table} SET measure = 'circular', measure_form = '%s' WHERE id = %%s"

    assert refused(decided % "", who.pk) and not refused(decided % "training", who.pk)


def test_rows_are_never_replaced() -> None:
    notice = make_notice()
    row = notice.case
    for one in (row, row.respondents.get(), row.events.earliest("pk"), notice):
        assert not replaced(one._meta.db_table, one.pk), one._meta.label
    assert not replaced(row._meta.db_table, row.number, "number")  # type: ignore[arg-type]
    decision = make_notice(NoticeKind.AGENCY_DECISION)
    names = [str(one.column) for one in decision._meta.concrete_fields if one.column not in {"id", "number"}]
    columns, table = ", ".join(f'"{name}"' for name in names), decision._meta.db_table
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    another = f"{verb} INTO {table} (number, {columns}) SELECT 'X-5', {columns} FROM {table} WHERE id = %s"
    assert refused(another, decision.pk) and decision.case.notices.filter(pk=decision.pk).exists()


def test_purge_leaves_numbers_days_and_measures(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT, settings.REQUEST_RETENTION_YEARS = tmp_path / "media", 10
    kept, ended = make_case(S.CORRECTED), open_case()
    undertaker = name_person(ended)
    waive_person(undertaker)
    accountability_respondents.redivide(
        undertaker.pk, part=Part.UNDERTAKER, circumstance=Circumstance.KEPT_SILENT, dissent_on_record=False,
        actor=ended.opened_by, at=now(), note="另有审批。",
    )  # fmt: skip
    hear_person(undertaker, text="没有人提醒过我。")
    ended = bring_case_to(S.CLOSED, ended)
    assert ended.events.filter(paper__isnull=False).exists()
    for notice in ended.notices.all():
        accountability_notices.file_of(notice.pk)
    names = [undertaker.name, undertaker.post]
    later = now().replace(year=now().year + 11, day=1)

    assert (accountability_purge.purge(later), accountability_purge.purge(later)) == (1, 0)

    ended, undertaker = reread(ended), Respondent.objects.get(pk=undertaker.pk)
    assert (ended.facts, ended.reasons, ended.correction, ended.verification) == ("", "", "", "")
    assert (undertaker.name, undertaker.post, undertaker.statement, undertaker.paper) == ("", "—", "", None)
    assert undertaker.measure == "oral" and undertaker.heard_on
    assert not any(notice.statement for notice in ended.notices.all())
    assert not AccountabilityEvent.objects.filter(case=ended, paper__isnull=False).exists()
    assert all(notice.facts == {} and notice.file is None for notice in ended.notices.all())
    assert not any(event.note for event in AccountabilityEvent.objects.filter(case=ended))
    assert PrivateFile.objects.count() == 0
    assert not any(name in str(list(AuditEvent.objects.values())) for name in names)
    assert reread(kept).facts


def test_new_data_key_writes_every_row_anew_under_the_guards(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keys = tmp_path / "data_keys"
    keys.write_text(crypto.key_file().read_text())
    monkeypatch.setenv("DATA_KEYS_FILE", str(keys))
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "media")
    row = make_case(S.CLOSED)
    who, facts = row.respondents.get(), row.facts
    said, letters = (who.name, who.statement), [notice.facts for notice in row.notices.order_by("pk")]
    out = StringIO()

    call_command("rotate_keys", stdout=out)
    keys.write_text(keys.read_text().splitlines()[0])

    for name in ("AccountabilityCase", "Respondent", "AccountabilityNotice", "AccountabilityEvent"):
        assert f"evaluation.{name}: " in out.getvalue()
    who.refresh_from_db()
    assert (reread(row).facts, (who.name, who.statement)) == (facts, said)
    assert [notice.facts for notice in row.notices.order_by("pk")] == letters


def test_the_clock_purges_what_is_due(settings: Settings) -> None:
    settings.REQUEST_RETENTION_YEARS = 0  # everything is kept

    accountability_tasks.purge_accountability()

    assert Heartbeat.objects.get(name=accountability_tasks.PURGE).note == ""
