"""What a round is measured on, written straight into the tables: 200,000 items, 100,000 obligations, 50,000 requests,
and some of everything else that an indicator reads."""

import random
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import batched
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.utils.timezone import make_aware

from disclosure.database import guards
from disclosure.enums import (
    BoardLayout,
    Channel,
    EditionState,
    ItemState,
    ObligationKind,
    Procedure,
    RelationKind,
    ReviewStep,
    SheetState,
)
from disclosure.models import (
    Approval,
    BoardSheet,
    CatalogueEntry,
    Edition,
    Item,
    NoticeBoard,
    Obligation,
    Rectification,
    Relation,
    SheetItem,
)
from disclosure.rules import to_columns
from disclosure.timing_text import parse_timing
from evaluation.models import Survey
from evaluation.survey_enums import SurveyState
from evaluation.survey_scoring import digest_of
from govportal.models import Agency, Attachment, User
from requests_app.complaint_enums import ComplaintChannel, ComplaintGround, ComplaintResult, ComplaintState
from requests_app.enums import (
    AppealResult,
    AppealRoute,
    ApplicantKind,
    Outcome,
    ReceiptBasis,
    ReplyKind,
    State,
)
from requests_app.enums import Channel as ApplicationChannel
from requests_app.feedback_enums import FeedbackKind, FeedbackState, Judgement
from requests_app.models import Appeal, Complaint, Feedback, InformationRequest

AGENCIES, ENTRIES, ITEMS, REQUESTS = 500, 200, 200_000, 50_000
MESSAGES, COMPLAINTS, APPEALS, RECTIFICATIONS, EMERGENCIES = 20_000, 2_000, 500, 2_000, 1_000
BATCH = 5_000
STEPS = [ReviewStep.SECRECY, ReviewStep.APPROVAL]
TEXT = "<p>" + "为进一步规范农村最低生活保障工作，现将有关事项公告如下。" * 20 + "</p>"
# One in so many items is of this type; the rest are general.
TYPES = {"normative": 20, "interpretation": 21, "consultation": 100, "appointment": 30}
_EXTRA: dict[str, dict[str, Any]] = {
    "interpretation": {"form": "text"},
    "consultation": {"opens_on": "2025-12-01", "closes_on": "2026-01-10", "outcome_by": "2026-03-01"},
}


def write(user: User, first: date, last: date) -> list[Agency]:
    """All of it within the period, both days included. Answers the agencies."""
    chance, days = random.Random(7), (last - first).days + 1
    agencies = Agency.objects.bulk_create(
        Agency(code=f"bench-{n:03}", name=f"测试单位{n}", position=n, path="/") for n in range(AGENCIES)
    )

    def day() -> date:
        return first + timedelta(days=chance.randrange(days))

    _insert(Item, _items(agencies, user, day))
    for guard in guards():  # emergencies without their reviews, signatures after them
        _execute(guard.drop[connection.vendor])
    _insert(Edition, _editions(user))
    _insert(Approval, _approvals(user))
    published = Edition.objects.filter(item=OuterRef("pk")).values("pk")
    Item.objects.update(current_edition=Subquery(published), state=ItemState.LIVE)
    for guard in guards():
        _execute(guard.create[connection.vendor])
    _insert(Relation, _relations())
    _obligations(agencies, day)
    _hang(agencies, user, last)
    _insert(InformationRequest, _requests(agencies, day, chance))
    _insert(Feedback, _messages(agencies, day, chance))
    _insert(Complaint, _complaints(agencies, day))
    _insert(Appeal, _appeals(agencies, user, day))
    _insert(Rectification, _rectifications(agencies, user, day, chance))
    _execute(["ANALYZE"])
    return agencies


def _execute(statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _insert(model: Any, rows: Iterable[Any]) -> None:
    for batch in batched(rows, BATCH):
        model._default_manager.bulk_create(batch)


def _moment(day: date) -> datetime:
    return make_aware(datetime.combine(day, time(9)))


# --- what is published --------------------------------------------------------------------------------------------


def _items(agencies: list[Agency], user: User, day: Callable[[], date]) -> Iterator[Item]:
    for n in range(ITEMS):
        on = day()
        yield Item(
            index_number=f"BENCH/{n:07}", slug=f"BENCH-{n:07}", agency=agencies[n % AGENCIES], category="other",
            item_type=next((kind for kind, every in TYPES.items() if n % every == 1), "general"), title=f"公告第{n}号",
            created_by=user, created_at=_moment(on), updated_at=_moment(on), published_on=on, year=on.year,
        )  # fmt: skip


def _editions(user: User) -> Iterator[Edition]:
    """One in ten normative texts lacks its number, one item in fifty its text; the first general ones are
    emergencies."""
    left = EMERGENCIES
    rows = Item.objects.order_by("pk").only("item_type", "title", "published_on").iterator(chunk_size=BATCH)
    for n, item in enumerate(rows):
        assert item.published_on is not None
        is_emergency = left > 0 and item.item_type == "general"
        left -= is_emergency
        yield Edition(
            item=item, number=1, title=item.title, body="" if n % 50 == 2 else TEXT, created_by=user,
            last_edited_by=user, created_at=_moment(item.published_on), published_at=_moment(item.published_on),
            published_on=item.published_on, state=EditionState.PUBLISHED, digest="0" * 64,
            document_number="" if n % 200 == 1 else f"县政〔2026〕{n}号", extra=_EXTRA.get(item.item_type, {}),
            formed_on=item.published_on, effective_on=item.published_on,
            procedure=Procedure.EMERGENCY if is_emergency else Procedure.MIGRATION,
            emergency_reason="汛情紧急" if is_emergency else "", review_steps=STEPS if is_emergency else [],
            review_due_on=item.published_on + timedelta(days=7) if is_emergency else None,
        )  # fmt: skip


def _approvals(user: User) -> Iterator[Approval]:
    """Each emergency has its one approver's; in three of four the review followed in its term."""
    approver, reviewer = (User.objects.create(username=f"bench-signer-{n}") for n in range(2))
    for edition in Edition.objects.filter(procedure=Procedure.EMERGENCY).order_by("pk"):
        assert edition.published_at is not None and edition.review_due_on is not None
        signed = [(ReviewStep.EMERGENCY, approver, edition.published_at)]
        if edition.pk % 4:
            signed.append((ReviewStep.SECRECY, reviewer, _moment(edition.review_due_on)))
        for step, signer, at in signed:
            yield Approval(
                edition=edition, step=step, digest="0" * 64, signer=signer, author=user, last_editor=user, at=at
            )


def _relations() -> Iterator[Relation]:
    """Four of five policies are interpreted, two of three consultations told their outcome."""
    for source, target, kind, skipped in (
        ("interpretation", "normative", RelationKind.INTERPRETS, 5),
        ("general", "consultation", RelationKind.OUTCOME_OF, 3),
    ):
        ends = (
            Item.objects.filter(item_type=one).order_by("pk").values_list("pk", flat=True) for one in (source, target)
        )
        pairs = zip(*(one[: ITEMS // 20] for one in ends), strict=False)
        yield from (
            Relation(source_id=source_id, kind=kind, target_id=target_id)
            for n, (source_id, target_id) in enumerate(pairs)
            if n % skipped
        )


# --- what is owed -------------------------------------------------------------------------------------------------


def _obligations(agencies: list[Agency], day: Callable[[], date]) -> None:
    """Four of five met, one of five of these late; of one entry in four the notice board is a channel, and one in ten
    owes a report to the superior body as well."""
    columns, moment = to_columns(parse_timing("每半年至少公开一次")), _moment(day())
    entries = CatalogueEntry.objects.bulk_create(
        CatalogueEntry(
            code=f"B-{n:03}", domain="综合政务", level1=f"事项{n}", in_force_on=date(2026, 1, 1), **columns,
            channels=[Channel.WEBSITE, Channel.NOTICE_BOARD] if n % 4 == 0 else [Channel.WEBSITE],
        )
        for n in range(ENTRIES)
    )  # fmt: skip
    items = list(Item.objects.order_by("pk").values_list("pk", flat=True)[: AGENCIES * ENTRIES])

    def rows() -> Iterator[Obligation]:
        for n, (entry, agency) in enumerate((entry, agency) for entry in entries for agency in agencies):
            due_on = day()
            met_on = due_on + timedelta(days=4 if n % 25 == 3 else -3) if n % 5 else None
            values: dict[str, Any] = {
                "entry": entry, "agency": agency, "period_start": date(2026, 1, 1), "period_end": date(2026, 6, 30),
                "due_on": due_on, "created_at": moment, "met_on": met_on,
            }  # fmt: skip
            yield Obligation(kind=ObligationKind.RECURRING, met_by_id=items[n] if met_on else None, **values)
            if entry.pk % 10 == 0:
                yield Obligation(kind=ObligationKind.FILING, **values)

    _insert(Obligation, rows())


def _hang(agencies: list[Agency], user: User, last: date) -> None:
    """Two of three items that are to hang do, sixteen on a sheet."""
    photo = Attachment.objects.create(name="a.jpg", size=1, sha256="0" * 64, uploaded_at=_moment(last), file="a.jpg")
    boards = NoticeBoard.objects.bulk_create(
        NoticeBoard(agency=agency, code=f"B{n}", place="大厅") for n, agency in enumerate(agencies)
    )
    owed = Obligation.objects.owed_to_the_wall().order_by("agency", "pk").values_list("agency", "met_by")
    of_agency: dict[int, list[int]] = {}
    for n, (agency, item) in enumerate(owed):
        if n % 3:
            of_agency.setdefault(agency, []).append(item)
    places: list[tuple[BoardSheet, int, int]] = []
    sheets: list[BoardSheet] = []
    for board in boards:
        for n, hung in enumerate(batched(of_agency.get(board.agency_id, ()), 16)):
            sheets.append(
                BoardSheet(
                    board=board, serial=f"{board.code}-{n}", layout=BoardLayout.A3_LANDSCAPE, period_start=last,
                    period_end=last, post_from=last, post_until=last, log_head="0" * 64, digest="0" * 64,
                    issued_by=user, issued_at=_moment(last), state=SheetState.POSTED, posted_on=last, posted_by=user,
                    photo=photo,
                )
            )  # fmt: skip
            places += [(sheets[-1], place, item) for place, item in enumerate(hung)]
    _insert(BoardSheet, sheets)
    editions = dict(Edition.objects.values_list("item", "pk"))
    _insert(SheetItem, (
        SheetItem(sheet=sheet, section=0, position=place, item_id=item, edition_id=editions[item], digest="0" * 64)
        for sheet, place, item in places
    ))  # fmt: skip


# --- what came in from people ---------------------------------------------------------------------------------------


def _requests(agencies: list[Agency], day: Callable[[], date], chance: random.Random) -> Iterator[InformationRequest]:
    for n in range(REQUESTS):
        due_on = day()
        closed = {} if n % 50 == 0 else {
            "state": State.REPLIED, "closed_on": due_on + timedelta(days=chance.randrange(-10, 2)),
            "outcome": Outcome.R1, "reply_kind": ReplyKind.DISCLOSED,
        }  # fmt: skip
        received_on = due_on - timedelta(days=28)
        yield InformationRequest(
            number=f"BENCH-{n:06}", agency=agencies[n % AGENCIES], channel=ApplicationChannel.WEB,
            received_on=received_on, filed_at=_moment(received_on), receipt_basis=ReceiptBasis.PORTAL, due_on=due_on,
            subject=f"第{n}件",
            applicant_kind=ApplicantKind.NATURAL_PERSON, **({"state": State.IN_REVIEW} | closed),
        )  # fmt: skip


def _messages(agencies: list[Agency], day: Callable[[], date], chance: random.Random) -> Iterator[Feedback]:
    for n in range(MESSAGES):
        due_on = day()
        yield Feedback(
            number=f"LY-2026-{n:05}", kind=FeedbackKind.MESSAGE, agency=agencies[n % AGENCIES],
            filed_at=_moment(due_on), received_on=due_on - timedelta(days=9), due_on=due_on,
            submission_key=f"bench {n}",
            state=FeedbackState.ANSWERED, answered_on=due_on + timedelta(days=chance.randrange(-5, 2)),
            judgement=Judgement.QUESTION,
        )  # fmt: skip


def _complaints(agencies: list[Agency], day: Callable[[], date]) -> Iterator[Complaint]:
    for n in range(COMPLAINTS):
        on, results = day(), ComplaintResult.values
        yield Complaint(
            number=f"TS-2026-{n:05}", desk=agencies[n % 10], agency=agencies[10 + n % (AGENCIES - 10)],
            state=ComplaintState.CLOSED, ground=ComplaintGround.LATE_OR_STALE, channel=ComplaintChannel.WEB,
            is_named=False, filed_at=_moment(on), received_on=on, accept_by=on, transfer_by=on,
            answer_by=on, answered_on=on + timedelta(days=n % 7 == 0), closed_on=on + timedelta(days=n % 7 == 0),
            result=results[n % len(results)], submission_key=f"bench {n}",
        )  # fmt: skip


def _appeals(agencies: list[Agency], user: User, day: Callable[[], date]) -> Iterator[Appeal]:
    for n in range(APPEALS):
        on = day()
        yield Appeal(
            agency=agencies[n % AGENCIES], route=AppealRoute.REVIEW, body="县人民政府", filed_on=on, notified_on=on,
            answer_due_on=on, closed_on=on, recorded_by=user, recorded_at=_moment(on),
            result=AppealResult.UPHELD if n % 4 else AppealResult.CORRECTED,
        )  # fmt: skip


def _rectifications(
    agencies: list[Agency], user: User, day: Callable[[], date], chance: random.Random
) -> Iterator[Rectification]:
    for n in range(RECTIFICATIONS):
        due_on = day()
        yield Rectification(
            number=f"整改〔2026〕{n}号", agency=agencies[n % AGENCIES], problem=f"栏目长期不更新{n}",
            requirement="限期更新。", basis="国办秘函〔2019〕19号", ordered_by=user, due_on=due_on,
            ordered_on=due_on - timedelta(days=14), reported_by=user,
            reported_on=due_on + timedelta(days=chance.randrange(-5, 2)), state="reported",
        )  # fmt: skip


# --- what people said of them ---------------------------------------------------------------------------------------


def write_survey(agencies: list[Agency], first: date, last: date) -> Survey:
    """Tallied: six questions on every agency."""
    levels = {"5": 12, "4": 6, "3": 3, "2": 1, "1": 1}
    tally = {
        "survey": "bench",
        "questions": [{"position": n, "aspect": "真实"} for n in range(1, 7)],
        "agencies": [
            {"code": agency.code, "questions": [{"position": n, "levels": levels} for n in range(1, 7)]}
            for agency in agencies
        ],
    }
    survey = Survey.objects.create(title="社会评议", slug="bench", opens_on=first, closes_on=last)
    survey.agencies.set(agencies)
    for values in (
        {"state": SurveyState.OPEN, "opened_at": _moment(first)},
        {"state": SurveyState.CLOSED, "closed_at": _moment(last)},
        {"state": SurveyState.TALLIED, "tallied_at": _moment(last), "tally": tally, "digest": digest_of(tally)},
    ):
        Survey.objects.filter(pk=survey.pk).update(**values)
    return Survey.objects.get(pk=survey.pk)
