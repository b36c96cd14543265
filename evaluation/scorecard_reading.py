"""Reading what is published of a round: the ranking and one scorecard, each in a fixed number of statements."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from disclosure.enums import Audience
from disclosure.models import Item, LogEntry
from evaluation.accountability_standing import poor_both_years
from evaluation.enums import CheckResult, Grade, RoundKind, RoundState
from evaluation.models import Assessment, AssessmentRound, Finding, FindingFile, Objection, SampleItem, Score
from evaluation.scorecard_archive import agencies, named
from evaluation.scorecard_findings import Found
from evaluation.scorecard_rounds import compared
from evaluation.scorecard_social import no_case, social_of, why_none
from evaluation.scorecard_words import period_words
from evaluation.scorecards import (
    Past,
    Place,
    Scorecard,
    average,
    change_since,
    groups,
    line,
    placed,
    points_before_rulings,
    safe_url,
    timeline,
)
from evaluation.services.archive import evidence_address
from evaluation.services.samples import population

PAST = 4  # rounds of one kind that make a curve
LEAST_OTHERS = 2  # agencies of its kind, for an average that is not the agency itself, nor the one other


def published_rounds() -> list[AssessmentRound]:
    """The newest first, with all that their pages need."""
    rows = AssessmentRound.objects.published().counted().newest_first()
    return list(rows.select_related("indicator_set", "archive", "item__agency", "survey"))


def published_round(slug: str) -> AssessmentRound | None:
    rows = AssessmentRound.objects.published().filter(slug=slug)
    return rows.select_related("indicator_set", "archive", "item__agency", "survey").first()


def closed_item(slug: str) -> Item | None:
    """The item of a round that was withdrawn: its notice says why."""
    closed = Item.objects.addressable_by(AnonymousUser())
    return closed.filter(assessment_round__slug=slug, assessment_round__state=RoundState.FROZEN).first()


def log_entry_of(row: AssessmentRound) -> LogEntry | None:
    """The line of the register that binds the archive: the newest of the item, whose every edition has the digest."""
    return LogEntry.objects.visible_to(AnonymousUser()).filter(item=row.item_id).order_by("-sequence").first()


def earlier(row: AssessmentRound) -> list[AssessmentRound]:
    """What it is compared with: this round and those before it, the oldest first. What came after moves no card."""
    before = Q(period_end__lt=row.period_end) | Q(period_end=row.period_end, pk__lte=row.pk)
    rows = AssessmentRound.objects.published().filter(before).counted().newest_first()
    return compared(row, list(rows), PAST)


# --- the ranking ----------------------------------------------------------------------------------------------------


def ranking(row: AssessmentRound) -> list[Place]:
    """The whole round by rank among all. Three statements."""
    rounds = earlier(row)
    order = {one.pk: place for place, one in enumerate(rounds)}
    rows = Assessment.objects.filter(round__in=[*order, row.pk]).select_related("agency").defer("population")
    past: dict[int, dict[int, Assessment]] = defaultdict(dict)
    here = []
    for one in rows:
        if one.total is not None:
            past[one.agency_id][order[one.round_id]] = one
        if one.round_id == row.pk:
            one.round = row
            here.append(one)
    frozen = agencies(row)
    found = []
    for one in here:
        name, kind, official = named(one, frozen)
        rounds_of_it = [past[one.agency_id][place] for place in sorted(past[one.agency_id])]
        totals = [each.total for each in rounds_of_it if each.rank] if one.rank else []
        found.append(Place(one, name, official, kind, one.rank, totals, change_since(rounds_of_it)))
    return placed(found)


# --- one card -------------------------------------------------------------------------------------------------------


def assessment_of(row: AssessmentRound, code: str) -> Assessment | None:
    found = Assessment.objects.filter(round=row, agency__code=code).select_related("agency").first()
    if found:
        found.round = row
    return found


def scorecard(row: AssessmentRound, one: Assessment) -> Scorecard:
    """Everything the card says. `row` as published_round reads it."""
    frozen = agencies(row)
    name, kind, official = named(one, frozen)
    ranked = Assessment.objects.filter(round=row).ranked().select_related("agency").defer("population")
    peers = [each.pk for each in ranked if named(each, frozen).kind == kind]
    scores = scores_of(one)
    objections = list(one.objections.select_related("indicator").order_by("number"))
    found = findings_of(one, objections)
    by_number = {str(each.number): each for each in objections if not each.finding_id}
    lines = [line(score, found.get(score.indicator_id, ()), by_number, nothing_of(one, score)) for score in scores]
    before = one.shared_total
    if before is None:  # told before there was a column for it
        before = points_before_rulings(lines, {score.indicator_id: score for score in scores})
    flagged, barred = _standing(row, one)
    return Scorecard(
        assessment=one,
        name=name,
        official_name=official,
        kind=kind,
        ranked=len(ranked),
        peers=len(peers),
        groups=groups(lines, _averages(one, peers)),
        past=_past(row, one),
        social=social_of(row.survey.tally, row.survey.slug, one.agency.code) if row.survey else None,
        no_social=why_none(_tally(row), one.agency.code),
        steps=timeline(one, objections, before, row.item.published_on if row.item else None),
        samples=_samples(one),
        population=len(population(one)),
        is_flagged=flagged,
        is_barred=barred,
    )


def scores_of(one: Assessment, **conditions: Any) -> list[Score]:
    scores = Score.objects.filter(assessment=one, **conditions).select_related("indicator__group")
    return list(scores.order_by("indicator__group__position", "indicator__position", "indicator_id"))


def nothing_of(one: Assessment, score: Score) -> str:
    """What an automatic indicator of the assessment says where it counts nothing."""
    return no_case(score.indicator.measure, _tally(one.round), one.agency.code)


def _tally(row: AssessmentRound) -> Any:
    return row.survey.tally if row.survey else None


def _averages(one: Assessment, peers: Sequence[int]) -> dict[int, Decimal]:
    """By id of the group; of too few there is none."""
    if sum(pk != one.pk for pk in peers) < LEAST_OTHERS:
        return {}
    sums = Score.objects.filter(assessment__in=peers).order_by().values_list("indicator__group")
    found = ((group, average(total, len(peers))) for group, total in sums.annotate(total=Sum("points")))
    return {group: mean for group, mean in found if mean is not None}


def findings_of(one: Assessment, objections: Sequence[Objection], **conditions: Any) -> dict[int, list[Found]]:
    """Standing findings by indicator, each with its public files and what was ruled on it."""
    rows = Finding.objects.standing().filter(assessment=one, **conditions).order_by("number")
    rows = rows.select_related("item", "indicator", "carried_from__assessment__round")
    kept = list(FindingFile.objects.evidence_of(rows))
    found: dict[int, list[Found]] = defaultdict(list)
    for row in rows:
        rulings = [each for each in objections if each.finding_id == row.pk and each.ruling]
        files = [file for file in kept if file.finding_id in (row.pk, row.carried_from_id)]
        is_proven = bool(files or row.link or row.item_id or row.obligation_id)
        public = [file for file in files if file.is_public]
        found[row.indicator_id].append(Found(row, _evidence(row), public, rulings, is_proven))
    return found


def _evidence(row: Finding) -> str:
    """Where the finding leads; an item that not everybody may read is not named."""
    if row.item and row.item.audience != Audience.PUBLIC:
        return safe_url(row.link)
    return safe_url(evidence_address(row))


def _past(row: AssessmentRound, one: Assessment) -> list[Past]:
    rounds = {each.pk: each for each in earlier(row)}
    found = Assessment.objects.filter(round__in=rounds, agency=one.agency_id).defer("population")
    rows = {each.round_id: each for each in found}
    return [
        Past(
            each.slug,
            period_words(each.period_start, each.period_end),
            then.total,
            then.grade,
            then.rank,
            then.kind_rank,
        )
        for pk, each in rounds.items()
        if (then := rows.get(pk)) and then.total is not None
    ]


def _samples(one: Assessment) -> list[tuple[str, int]]:
    """How the sampled items were found: (words, number)."""
    rows = SampleItem.objects.filter(assessment=one).order_by().values_list("result").annotate(n=Count("pk"))
    counted = dict(rows)
    found = [(str(result.label), counted[result]) for result in CheckResult if result in counted]
    return [*found, (_("没有查阅"), counted[""])] if "" in counted else found


def _standing(row: AssessmentRound, one: Assessment) -> tuple[bool, bool]:
    """(two years in 差, barred from awards), by year-end rounds that everybody can read; decisions on accountability
    are published for themselves."""
    if row.kind != RoundKind.YEAR_END or one.grade != Grade.POOR:
        return False, False
    year = row.period_end.year
    readable = AssessmentRound.objects.published().year_end().filter(period_end__year__in=[year - 1, year])
    poor = Assessment.objects.poor_at_year_end().filter(round__in=readable, agency=one.agency_id).order_by()
    return bool(poor_both_years(poor.values_list("agency_id", "round__period_end__year"), year)), True
