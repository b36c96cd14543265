"""One ballot a person: on the page, in the service, and in the database itself."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.utils.formats import date_format
from django.utils.timezone import localdate
from pytest_django import Settings

from evaluation.models import Ballot, BallotAnswer, Evaluator, Survey
from evaluation.services import survey_ballots, survey_running
from evaluation.services.survey_ballots import Casting, TooMany
from evaluation.survey_enums import EvaluatorGroup, SurveyState
from evaluation.survey_rules import MOST_AGENCIES
from evaluation.views.survey_ballot import VOTER
from govportal import throttle
from govportal.models import AuditEvent
from govportal.now import now, today
from tests.factories import make_agency
from tests.factories.requests import AT
from tests.factories.surveys import answers, inspector, make_evaluator, make_survey, set_state
from tests.threads import at_once

pytestmark = pytest.mark.django_db
TOKEN = "abcd-efgh-jkmn-pqrs-tuvw-xyz2"


def running(**values: Any) -> Survey:
    """Open on the day on which pages ask for the time."""
    day = today()
    return make_survey(opens_on=day - timedelta(days=1), closes_on=day + timedelta(days=5), **values)


def address(row: Survey) -> str:
    return f"/surveys/{row.slug}/ballot/"


def filled(row: Survey, level: str = "4") -> dict[str, Any]:
    """What a browser sends for the first agency."""
    agency = row.agencies.order_by("pk")[0]
    return {"a": [agency.code]} | {f"r-{agency.pk}-{one.position}": level for one in row.questions.all()}


def opened(row: Survey) -> Client:
    """A browser that has opened the form."""
    client = Client()
    assert client.get(address(row), {"a": row.agencies.order_by("pk")[0].code}).status_code == 200
    return client


def text_of(response: Any) -> str:
    return str(response.content.decode())


# --- the public --------------------------------------------------------------------------------------------------


def test_ballot_is_cast_once_and_every_other_press_is_told_so() -> None:
    row = running()
    client = opened(row)

    first, second = client.post(address(row), filled(row)), client.post(address(row), filled(row, "1"))

    assert (first.status_code, first["Location"]) == (302, f"/surveys/{row.slug}/thanks/")
    assert second.status_code == 200 and "您已经评过" in text_of(second)
    assert "您已经评过" in text_of(client.get(address(row)))
    ballot = Ballot.objects.get()
    assert (ballot.is_invited, ballot.cast_on) == (False, today())
    assert set(ballot.answers.values_list("level", flat=True)) == {4}
    assert "已经收到您的评议" in text_of(client.get(first["Location"]))
    for nobody in (Client(), opened(row)):
        assert nobody.get(first["Location"])["Location"] == f"/surveys/{row.slug}/"
    assert not AuditEvent.objects.filter(subject_type="evaluation.Ballot").exists()


@pytest.mark.django_db(transaction=True)
def test_thirty_two_presses_at_one_moment_make_one_ballot() -> None:
    row = running()
    client, times = opened(row), 32 if connection.vendor == "postgresql" else 6
    cookie, form = client.cookies[VOTER].value, filled(row)

    def press() -> tuple[int, str]:
        one = Client()
        one.cookies[VOTER] = cookie
        response = one.post(address(row), form)
        return response.status_code, response.get("Location", "") or text_of(response)

    outcomes: Any = at_once(press, times=times)

    assert Ballot.objects.count() == 1
    assert sorted(status for status, _said in outcomes) == [200] * (times - 1) + [302]
    assert all("您已经评过" in said for status, said in outcomes if status == 200)


def test_post_without_cookie_is_answered_with_the_form_and_nothing_is_lost() -> None:
    row = running()
    strict = Client(enforce_csrf_checks=True)

    for client in (Client(), strict):
        response = client.post(address(row), filled(row))

        assert response.status_code == 403 and VOTER in response.cookies
        assert "没有提交" in text_of(response)
        assert text_of(response).count("checked") == row.questions.count()
    assert not Ballot.objects.exists()
    again = Client()
    again.cookies[VOTER] = again.post(address(row), filled(row)).cookies[VOTER].value
    assert again.post(address(row), filled(row)).status_code == 302


def test_forged_cookie_is_none() -> None:
    row = running()
    client = opened(row)
    client.cookies[VOTER] = client.cookies[VOTER].value[:-4] + "AAAA"

    assert client.post(address(row), filled(row)).status_code == 403
    assert not Ballot.objects.exists()


def test_limit_counts_ballots_of_a_network_and_no_presses(settings: Settings) -> None:
    settings.SURVEY_BALLOTS_PER_ADDRESS = 2
    row = running()
    clients = [opened(row) for _one in range(3)]
    for client in clients[:2]:
        client.post(address(row), filled(row))
        client.post(address(row), filled(row))

    refused = clients[2].post(address(row), filled(row))

    assert refused.status_code == 429 and "没有再收" in text_of(refused)
    assert text_of(refused).count("checked") == row.questions.count()
    assert Ballot.objects.count() == 2
    assert throttle.taken(survey_ballots.limit(), f"{row.pk}|127.0.0.1", at=now()) == 2


def test_nothing_that_is_sent_is_an_error() -> None:
    row = running(agencies=[make_agency() for _one in range(12)])
    client, agency = opened(row), row.agencies.order_by("pk")[0]
    codes = list(row.agencies.values_list("code", flat=True))
    good = filled(row)
    sent: list[dict[str, Any]] = [
        {},
        {"a": ["\x00"]},
        {"a": ["x" * 5000]},
        {"a": codes},
        {"a": [agency.code]},
        good | {f"r-{agency.pk}-1": "9"},
        good | {f"r-{agency.pk}-1": "\x00"},
        good | {f"r-{agency.pk}-1": "5" * 3000},
        good | {f"r-{agency.pk}-1": "-1"},
    ]

    for values in sent:
        response = client.post(address(row), values)
        assert response.status_code == 200 and "错误：" in text_of(response), values
    for query in (
        "?a=",
        "?a=%00",
        "?a=none&chosen=1",
        "?chosen=1",
        f"?a={'x' * 3000}",
        "?" + "&".join(f"a={one}" for one in codes),
    ):
        assert client.get(address(row) + query).status_code == 200
    assert not Ballot.objects.exists()
    # An agency that is not asked about is not rated, whatever is sent of it.
    stranger = make_agency()
    client.post(address(row), good | {f"r-{stranger.pk}-1": "1"})
    assert set(BallotAnswer.objects.values_list("agency_id", flat=True)) == {agency.pk}


def test_ballot_waits_for_the_days_of_the_survey() -> None:
    day = today()
    ahead = make_survey(opens_on=day + timedelta(days=1), closes_on=day + timedelta(days=9))
    over = make_survey(opens_on=day - timedelta(days=9), closes_on=day - timedelta(days=1))
    closed = make_survey(SurveyState.CLOSED)
    invited_only = running(accepts_public=False)

    for row, words in ((ahead, "评议从"), (over, "截止"), (closed, "截止"), (invited_only, "只由特邀评议人员参加")):
        client = Client()
        page = text_of(client.get(address(row)))
        assert "现在不能评议" in page and words in page
        client.cookies[VOTER] = opened(running()).cookies[VOTER].value
        assert client.post(address(row), filled(row)).status_code == 409
    assert not Ballot.objects.exists()
    assert Client().get(address(make_survey(SurveyState.DRAFT))).status_code == 404


def test_reason_tells_since_when_it_is_over() -> None:
    day = today()
    early = make_survey(SurveyState.CLOSED, closes_on=day + timedelta(days=9))  # closed by hand
    late = make_survey(closes_on=day - timedelta(days=2), opens_on=day - timedelta(days=9))
    cancelled = make_survey(SurveyState.CANCELLED)

    for row, words in (
        (early, f"评议已在 {date_format(localdate(AT))} 截止。"),
        (late, f"评议已在 {date_format(late.closes_on)} 截止。"),
        (cancelled, "评议已经取消。"),
    ):
        assert survey_ballots.reasons_against_public(row, day) == [words]


def test_one_of_the_public_rates_so_many_agencies_and_no_more() -> None:
    row = running(agencies=[make_agency() for _one in range(MOST_AGENCIES + 1)], questions=1)
    question = row.questions.get()
    said = {(pk, question.pk): 4 for pk in row.agencies.values_list("pk", flat=True)}

    with pytest.raises(ValidationError, match="一次最多评议"):
        survey_ballots.cast(row.pk, said, voter="voter", network="network", at=now())
    said.popitem()
    assert survey_ballots.cast(row.pk, said, voter="voter", network="network", at=now()) == Casting.CAST


def test_form_of_several_agencies_has_an_index() -> None:
    row = running(agencies=[make_agency() for _one in range(3)])
    codes = [agency.code for agency in row.agencies.all()]

    many, one = (text_of(Client().get(address(row), {"a": chosen})) for chosen in (codes, codes[:1]))

    assert "3 / 3" in many and many.count('href="#agency-') == 3
    assert "1 / 1" not in one and 'href="#agency-' not in one


def test_form_is_kept_by_no_cache() -> None:
    row = running()

    for query in ("", f"?a={row.agencies.get().code}"):
        assert "no-store" in Client().get(address(row) + query)["Cache-Control"]


# --- what a ballot must be -----------------------------------------------------------------------------------------


def test_service_says_what_is_missing() -> None:
    first, second = make_agency(), make_agency()
    row = make_survey(agencies=[first, second], questions=3)
    row_answers = answers(row, 4, agency=first)
    cases: list[tuple[Any, str]] = [
        ({}, "至少评议一个单位"),
        (answers(row, {1: 4, 2: None}, agency=first), "第 3 题还没有答"),
        ({(make_agency().pk, row.questions.first().pk): 4}, "与这次评议不符"),  # type: ignore[union-attr]
        (row_answers | {next(iter(row_answers)): 6}, "列出的等次"),
    ]

    for said, words in cases:
        with pytest.raises(ValidationError, match=words):
            survey_ballots.cast(row.pk, said, voter="one", network="n", at=AT)
    assert not Ballot.objects.exists()
    assert survey_ballots.cast(row.pk, row_answers, voter="one", network="n", at=AT) == Casting.CAST
    assert survey_ballots.cast(row.pk, {}, voter="one", network="n", at=AT) == Casting.ALREADY


def test_too_many_from_one_network_write_nothing(settings: Settings) -> None:
    settings.SURVEY_BALLOTS_PER_ADDRESS = 1
    row, other = make_survey(), make_survey()
    survey_ballots.cast(row.pk, answers(row, 5), voter="one", network="n", at=AT)

    with pytest.raises(TooMany):
        survey_ballots.cast(row.pk, answers(row, 5), voter="two", network="n", at=AT)

    assert row.ballots.count() == 1
    assert survey_ballots.cast(other.pk, answers(other, 5), voter="two", network="n", at=AT) == Casting.CAST


@pytest.mark.django_db(transaction=True)
def test_limit_holds_for_many_at_one_moment(settings: Settings) -> None:
    settings.SURVEY_BALLOTS_PER_ADDRESS = 3
    row = make_survey()
    said = answers(row, 3)

    def vote(voter: str) -> Any:
        return lambda: survey_ballots.cast(row.pk, said, voter=voter, network="n", at=AT)

    outcomes = at_once(*(vote(f"voter-{number}") for number in range(8)))

    assert outcomes.count(Casting.CAST) == 3 == row.ballots.count()
    assert sum(isinstance(outcome, TooMany) for outcome in outcomes) == 5


# --- the invited -------------------------------------------------------------------------------------------------


def invited_address(token: str) -> str:
    return f"/surveys/invited/{token}/"


def test_token_is_good_once_and_leads_to_no_ballot() -> None:
    row = running(agencies=[make_agency(), make_agency()])
    person = make_evaluator(row, token=TOKEN, group=EvaluatorGroup.CPPCC)
    client, form = Client(), filled(row)  # the second agency is left out

    page = text_of(client.get(invited_address(TOKEN)))
    sent = client.post(invited_address(TOKEN), form)
    again = client.post(invited_address(TOKEN), form)

    assert "政协委员" in page and person.name not in page
    for response in (client.get(sent["Location"]), again):
        assert response.status_code == 200 and "已经收到用这个评议码提交的评议" in text_of(response)
    ballot = Ballot.objects.get()
    assert (ballot.is_invited, ballot.cast_on) == (True, None)
    person.refresh_from_db()
    assert person.is_used
    told = {str(value) for value in vars(person).values()}
    assert not {today(), person.group} & {*vars(ballot).values()}
    assert not {ballot.voter_key, str(ballot.pk)} & told
    assert not AuditEvent.objects.filter(subject_type__in=["evaluation.Ballot", "evaluation.Evaluator"]).exists()


def test_token_is_found_however_it_is_typed() -> None:
    make_evaluator(running(), token=TOKEN)

    for typed in (TOKEN.upper(), TOKEN.replace("-", "")):
        assert Client().get(invited_address(typed)).status_code == 200


def test_token_leaves_its_page_in_no_link_and_no_redirection() -> None:
    make_evaluator(running(), token=TOKEN)

    for prefix in ("", "/en"):
        bare = Client().get(f"{prefix}/surveys/invited/{TOKEN}")
        assert bare.status_code == 200 and "no-store" in bare["Cache-Control"], prefix
        page = text_of(Client().get(prefix + invited_address(TOKEN)))
        links = re.findall(r'href="([^"]+)"', page)
        assert not [link for link in links if "display" in link and TOKEN in link] and "display" in str(links)


def test_token_of_nobody_says_what_to_do() -> None:
    for token in ("none", "x" * 300):
        for response in (Client().get(invited_address(token)), Client().post(invited_address(token), {})):
            assert response.status_code == 404 and "没有这个评议码" in text_of(response)
    with pytest.raises(Evaluator.DoesNotExist):
        survey_ballots.cast_invited("none", {}, at=AT)


def test_token_waits_for_the_days_of_the_survey() -> None:
    day = today()
    ahead = make_survey(opens_on=day + timedelta(days=1), closes_on=day + timedelta(days=9))
    over = make_survey()
    for number, (row, words) in enumerate(((ahead, "评议从"), (over, "截止"))):
        token = f"{TOKEN}{number}"
        make_evaluator(row, token=token)
        if row == over:
            set_state(row, SurveyState.CLOSED)

        shown, sent = Client().get(invited_address(token)), Client().post(invited_address(token), filled(row))

        assert shown.status_code == 200 and words in text_of(shown)
        assert sent.status_code == 409 and words in text_of(sent)
    assert not Ballot.objects.exists()


def test_invited_form_keeps_what_was_answered() -> None:
    row = running(questions=3)
    make_evaluator(row, token=TOKEN)
    agency = row.agencies.get()

    for client in (Client(), Client(enforce_csrf_checks=True)):
        response = client.post(invited_address(TOKEN), {f"r-{agency.pk}-1": "5", f"r-{agency.pk}-2": "0"})

        assert len(re.findall("checked", text_of(response))) == 2
        assert "请选一项" in text_of(response)
    assert Client().post(invited_address(TOKEN), {}).status_code == 200  # nobody is rated
    assert not Ballot.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_token_used_at_one_moment_by_many_is_used_once() -> None:
    row = make_survey()
    make_evaluator(row, token=TOKEN)
    said = answers(row, 2)

    outcomes = at_once(lambda: survey_ballots.cast_invited(TOKEN, said, at=AT), times=8)

    assert outcomes.count(Casting.CAST) == 1 and outcomes.count(Casting.ALREADY) == 7
    assert Ballot.objects.count() == 1


def test_database_keeps_no_order_in_which_ballots_came() -> None:
    """Neither the keys nor what SQLite (its own number of a row) and PostgreSQL (who wrote a row) keep beside them."""
    row = make_survey()
    for number in range(4):
        make_evaluator(row, token=f"{TOKEN}{number}")
        survey_ballots.cast_invited(f"{TOKEN}{number}", answers(row, 4), at=AT)
    survey_running.close(row.pk, actor=inspector(), at=AT)

    keys = list(row.ballots.values_list("pk", flat=True))
    assert max(keys) - min(keys) > 10**12
    with connection.cursor() as cursor:
        for table in ("evaluation_ballot", "evaluation_ballotanswer"):
            if connection.vendor == "sqlite":
                cursor.execute(f"SELECT COUNT(*) FROM {table} WHERE rowid <> id")
                assert cursor.fetchone() == (0,), table


@pytest.mark.django_db(transaction=True)
def test_token_is_not_found_beside_its_ballot_by_who_wrote_the_rows() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL keeps which transaction wrote a row")
    row = make_survey()
    for number in range(4):
        make_evaluator(row, token=f"{TOKEN}{number}")
        survey_ballots.cast_invited(f"{TOKEN}{number}", answers(row, 4), at=AT)
    together = "SELECT COUNT(*) FROM evaluation_ballot b JOIN evaluation_evaluator e ON b.xmin::text = e.xmin::text"

    found = []
    for is_over in (False, True):
        if is_over:
            survey_running.close(row.pk, actor=inspector(), at=AT)
        with connection.cursor() as cursor:
            cursor.execute(together)
            found += cursor.fetchone()

    assert found == [4, 0]
