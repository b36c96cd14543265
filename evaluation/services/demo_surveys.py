"""Surveys of the demo county: two tallied and published, one open, and one in each other state; every ballot cast by
the service. Who answers what is drawn by lot from a fixed seed, so that each seeding says the same.
"""

import random
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from disclosure.services import publish
from disclosure.services.demo_story import office_hours
from evaluation.models import Evaluator, Survey
from evaluation.services import (
    survey_ballots,
    survey_evaluators,
    survey_results,
    survey_running,
    survey_setup,
    survey_tokens,
)
from evaluation.services.survey_evaluators import Person
from evaluation.services.survey_setup import Question, Setting
from evaluation.survey_enums import EvaluatorGroup, SurveyStepKind
from evaluation.survey_rules import NEEDED_TO_OPEN
from govportal.contributions import DemoCounty
from govportal.models import User

_FILE = Path(__file__).parent.parent / "demo" / "surveys.toml"
_DAY = timedelta(days=1)
# How often each level is given, from 很好 to 很差.
_WEIGHTS = {"e": (72, 24, 4, 0, 0), "g": (36, 46, 16, 2, 0), "f": (8, 34, 42, 12, 4), "p": (1, 9, 36, 34, 20)}
_UNKNOWN = 0.08
# The invited leave out an agency that hardly anybody rates, so that some stay under ten ballots.
_KNOWN, _MOST_RATED = 6, 8
_SURNAMES, _NAMES = "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕施张", "明华建国秀英志强丽芳文斌海燕春生玉兰"

type Raw = Mapping[str, Any]


def tell(county: DemoCounty) -> list[str]:
    """Fill an otherwise seeded county; answers addresses that an evaluator may try."""
    raws = tomllib.loads(_FILE.read_text("utf-8"))["survey"]
    teller = _Teller(county)
    return [line for raw in raws for line in teller.tell(raw)]


def assessed_year(today: date) -> int:
    """Of the last half year of which a survey is over: that of July is tallied by September."""
    return today.year if today >= date(today.year, 9, 1) else today.year - 1


def half_of(today: date) -> int:
    """In which the survey is that is open today."""
    return 1 if today.month <= 6 else 2


class _Teller:
    def __init__(self, county: DemoCounty) -> None:
        self.county = county
        self.actor: User = county.people["kaohe"]
        self.lot = random.Random(20)  # noqa: S311  (a demo)

    def tell(self, raw: Raw) -> list[str]:
        row = self._start(raw)
        self._steps(row, raw)
        if raw["state"] == "draft":
            return []
        self._invite(row, raw)
        survey_running.open_survey(row.pk, actor=self.actor, at=self._at(row.opens_on))
        row.refresh_from_db()
        self._vote(row, raw)
        tokens = self._vote_invited(row, raw)
        self._end(row, raw)
        return [f"特邀评议地址（{row.title}，{group}）\t{address}" for group, address in tokens[:2]]

    # --- setting up ------------------------------------------------------------------------------------------------

    def _days(self, raw: Raw) -> tuple[date, date, int]:
        today, year = self.county.today, assessed_year(self.county.today)
        if raw["when"] == "today":
            return today + raw["opens_in"] * _DAY, today + raw["closes_in"] * _DAY, today.year
        year -= raw["when"] == "last_year"
        return date(year, *raw["opens"]), date(year, *raw["closes"]), year

    def _words(self, text: str, year: int) -> str:
        """{Y} is the year of the survey; {N} the number of today's half year, {H} its word."""
        half = half_of(self.county.today)
        return text.format(Y=year, N=half, H="上下"[half - 1])

    def _start(self, raw: Raw) -> Survey:
        opens_on, closes_on, year = self._days(raw)
        slug = {"last_year": f"{year}", "half_year": f"{year}-h1"}.get(raw["when"]) or self._words(raw["slug"], year)
        setting = Setting(
            title=self._words(raw["title"], year),
            introduction=self._words(raw["introduction"], year),
            opens_on=opens_on,
            closes_on=closes_on,
            agencies=[self.county.agencies[code] for code in raw["rated"]],
        )
        at = self._at(min(opens_on - 12 * _DAY, self.county.today))
        row = survey_setup.start(setting, slug=slug, actor=self.actor, at=at)
        questions = [Question(aspect, text) for aspect, text in raw["questions"].items()]
        return survey_setup.set_questions(row.pk, questions, actor=self.actor)

    def _steps(self, row: Survey, raw: Raw) -> None:
        """Those before it opens, in their order; the others are told as they come."""
        for place, step in enumerate(NEEDED_TO_OPEN):
            self._step(row, raw, step, min(row.opens_on - (5 - place) * _DAY, self.county.today))

    def _step(self, row: Survey, raw: Raw, step: SurveyStepKind, on: date) -> None:
        if step in raw["steps"]:
            survey_running.record_step(row.pk, step, actor=self.actor, at=self._at(on), note=raw["steps"][step])

    def _at(self, on: date) -> datetime:
        return office_hours(min(on, self.county.today), 1, self.county.now)[0]

    # --- the invited -----------------------------------------------------------------------------------------------

    def _invite(self, row: Survey, raw: Raw) -> None:
        """Every other one has an address; the last of the residents is taken back."""
        number = 0
        for group, (invited, _used) in raw.get("invited", {}).items():
            for _one in range(invited):
                number += 1
                name = self.lot.choice(_SURNAMES) + "".join(self.lot.sample(_NAMES, 2))
                email = f"evaluator-{row.slug}-{number}@mail.example" if number % 2 else ""
                person = Person(group=group, name=name, email=email, phone=f"0399-66{row.pk % 10}{number:04}")
                last = survey_evaluators.add(row.pk, person, actor=self.actor)
        if number:
            at = self._at(row.opens_on - 2 * _DAY)
            survey_evaluators.void(last.pk, actor=self.actor, at=at, note="调离本县，另行邀请。")

    def _vote_invited(self, row: Survey, raw: Raw) -> list[tuple[str, str]]:
        """Mail and slips go out; as many of each group vote as the file says. Answers tokens that are still good."""
        if not raw.get("invited"):
            return []
        at = self._at(row.opens_on)
        survey_tokens.mail(row.pk, actor=self.actor, at=at)
        slips = survey_tokens.prepare_slips(row, actor=self.actor)
        survey_tokens.issue_slips(row.pk, slips, actor=self.actor, at=at)
        people = Evaluator.objects.filter(survey=row, voided_on=None)
        for group, (_invited, used) in raw["invited"].items():
            for person in list(people.filter(group=group, is_used=False)[:used]):
                self._use(row, raw, person)
        left = {slip.evaluator: slip for slip in slips}
        unused = people.filter(is_used=False, pk__in=list(left)).values_list("pk", "group")
        good = [(str(EvaluatorGroup(group).label), left[pk].address) for pk, group in unused]
        return good if raw["state"] == "open" else []

    def _use(self, row: Survey, raw: Raw, person: Evaluator) -> None:
        """What was mailed is gone, so he votes with a token of the demo's."""
        token = survey_tokens.new_token()
        person.token_key = survey_ballots.token_key(token)
        person.save(update_fields=["token_key"])
        known = [code for code, (_quality, times) in raw["rated"].items() if times >= _KNOWN]
        rated = self.lot.sample(known, min(len(known), _MOST_RATED))
        survey_ballots.cast_invited(token, self._answers(row, raw, rated), at=self._at(row.opens_on + 3 * _DAY))

    # --- the public ------------------------------------------------------------------------------------------------

    def _vote(self, row: Survey, raw: Raw) -> None:
        for place, rated in enumerate(self._sheets(raw)):
            days = (min(row.closes_on, self.county.today) - row.opens_on).days
            at = self._at(row.opens_on + (place * 5 % max(days, 1)) * _DAY)
            said = self._answers(row, raw, rated)
            survey_ballots.cast(row.pk, said, voter=f"demo-{place}", network=f"demo-{row.pk}-{place}", at=at)

    def _sheets(self, raw: Raw) -> Iterator[list[str]]:
        """Ballots of up to five agencies, until each is rated as often as the file says."""
        left = {code: times for code, (_quality, times) in raw["rated"].items() if times}
        while left:
            some = sorted(left, key=lambda code: (-left[code], code))[:5]
            yield some
            left = {code: times - (code in some) for code, times in left.items() if times - (code in some)}

    def _answers(self, row: Survey, raw: Raw, rated: list[str]) -> dict[tuple[int, int], int | None]:
        questions = list(row.questions.order_by("position"))
        return {
            (self.county.agencies[code].pk, question.pk): self._level(raw["rated"][code][0])
            for code in rated
            for question in questions
        }

    def _level(self, quality: str) -> int | None:
        if self.lot.random() < _UNKNOWN:
            return None
        return self.lot.choices((5, 4, 3, 2, 1), weights=_WEIGHTS[quality])[0]

    # --- the end ---------------------------------------------------------------------------------------------------

    def _end(self, row: Survey, raw: Raw) -> None:
        self._step(row, raw, SurveyStepKind.BRIEFING, row.opens_on + 4 * _DAY)
        after = self._at(row.closes_on + _DAY)
        match raw["state"]:
            case "cancelled":
                survey_running.cancel(row.pk, raw["because"], actor=self.actor, at=self._at(row.opens_on + 3 * _DAY))
            case "closed":
                survey_running.close_due(after)
            case "tallied":
                survey_running.close_due(after)
                survey_results.tally(row.pk, actor=self.actor, at=self._at(row.closes_on + 5 * _DAY))
                self._publish(row, raw)

    def _publish(self, row: Survey, raw: Raw) -> None:
        """Taken over with its true day, as the scorecards that count it: the publication log runs forward."""
        published, now = raw["published"], self.county.now
        item = survey_results.draft_item(row.pk, actor=self.actor, at=now)
        on = min(row.closes_on + published["after"] * _DAY, self.county.today)
        publish.migrate(item.pk, actor=self.county.people["admin"], at=now, reason=published["note"], published_on=on)
        self._step(row, raw, SurveyStepKind.RESULT, row.closes_on + 25 * _DAY)
