"""Cases as chance would have them: whatever is tried in whatever order is done or refused, and leaves order behind."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.timezone import localdate

from disclosure.enums import WithholdingGround
from govportal.models import Agency, User
from requests_app.enums import (
    Action,
    Channel,
    DecisionKind,
    FeeMode,
    InquiryAnswer,
    InquiryKind,
    ReceiptBasis,
    ReplyKind,
    State,
)
from requests_app.models import InformationRequest, RequestEvent
from requests_app.services import charge, converse, correct, decide, inquire, intake, triage, withdraw
from tests.factories import make_agency, make_item, make_officer, make_releaser
from tests.factories.requests import AT, make_person, make_proposal, make_request, make_wanted, reread_request
from tests.requests_app.services.invariants import assert_consistent

pytestmark = pytest.mark.django_db

STEPS, SEEDS = 50, 6


class Case:
    """One request, its officers at two agencies, and a day that only moves on."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311
        self.agencies = [make_agency(), make_agency()]
        self.officers = {agency.pk: make_officer(agency) for agency in self.agencies}
        self.colleagues = [make_officer(agency) for agency in self.agencies]
        self.releasers = {agency.pk: make_releaser(agency) for agency in self.agencies}
        self.person = make_person()
        self.at: datetime = AT
        self.item = make_item()
        self.row = self.come_in()
        self.answered = make_request(
            agency=self.row.agency,
            state=State.REPLIED,
            applicant={"name": self.person.name, "phone": self.person.phone},
        )

    # --- chance ---------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        return localdate(self.at)

    def one_of[T](self, *choices: T) -> T:
        return self.chance.choice(choices)

    def day(self) -> date | None:
        """Today, mostly; else some day around it."""
        return None if self.chance.random() < 0.7 else self.today + timedelta(days=self.chance.randint(-9, 2))

    def officer(self) -> User:
        own = self.officers[self.row.agency_id]
        stranger = next(one for pk, one in self.officers.items() if pk != self.row.agency_id)
        return self.chance.choices([own, stranger, self.releaser()], [18, 1, 1])[0]

    def releaser(self) -> User:
        return self.releasers[self.row.agency_id]

    def actor(self) -> User | None:
        return self.one_of(None, self.officer())

    # --- verbs ----------------------------------------------------------------------------------

    def come_in(self) -> InformationRequest:
        wanted = make_wanted(self.agencies[0])
        if self.chance.random() < 0.5:
            key = f"form-{self.chance.random()}"
            return intake.file_online(self.person, wanted, proofs=(), submission_key=key, at=self.at).request
        arrival = intake.Arrival(
            channel=Channel.MAIL,
            basis=ReceiptBasis.CONFIRMED,
            received_on=self.one_of(None, self.today, self.today - timedelta(days=3)),
        )
        return intake.enter(self.person, wanted, arrival, actor=self.officers[wanted.agency.pk], at=self.at).request

    def register(self) -> object:
        return triage.register(self.row.pk, triage.Receipt(received_on=self.day()), actor=self.officer(), at=self.at)

    def assign(self) -> object:
        return triage.assign(self.row.pk, self.one_of(*self.colleagues), actor=self.officer(), at=self.at)

    def transfer(self) -> object:
        target: Agency = self.one_of(*self.agencies)
        return triage.transfer(self.row.pk, target, actor=self.officer(), at=self.at, reason=self.one_of("不属", ""))

    def begin(self) -> object:
        return triage.begin_review(self.row.pk, actor=self.officer(), at=self.at)

    def ask_correction(self) -> object:
        told_on = self.day()
        due_on = (told_on or self.today) + timedelta(days=self.chance.randint(-1, 20))
        demand = correct.Demand(items=self.one_of("年度", "项目", " "), due_on=due_on, told_on=told_on)
        return correct.ask(self.row.pk, demand, actor=self.officer(), at=self.at)

    def correct(self) -> object:
        text = self.one_of("2025年", "第3标段", "")
        return correct.answer(self.row.pk, text, actor=self.actor(), at=self.at, on=self.day())

    def ask_party(self) -> object:
        question = inquire.Question(
            kind=self.one_of(*InquiryKind),
            party=self.one_of("顺通路桥公司", "财政局"),
            matter="合同",
            asked_on=self.day(),
            delivered_on=self.one_of(None, self.today, self.day()),
        )
        return inquire.ask(self.row.pk, question, actor=self.officer(), at=self.at)

    def an_inquiry(self) -> int:
        return int(self.chance.choice([inquiry.pk for inquiry in self.row.inquiries.all()] or [0]))

    def deliver(self) -> object:
        if self.row.state == State.FEE_NOTIFIED or not (pk := self.an_inquiry()):
            return charge.note_delivery(self.row.pk, self.day() or self.today, actor=self.officer(), at=self.at)
        return inquire.note_delivery(pk, self.day() or self.today, actor=self.officer(), at=self.at)

    def hear(self) -> object:
        if pk := self.an_inquiry():
            reply = inquire.Reply(
                answer=self.one_of(*InquiryAnswer), reasons=self.one_of("商业秘密", ""), answered_on=self.day()
            )
            return inquire.record_answer(pk, reply, actor=self.officer(), at=self.at)
        return None

    def settle(self) -> object:
        if (pk := self.an_inquiry()) and self.chance.random() < 0.5:
            return inquire.settle_silence(pk, actor=self.officer(), at=self.at)
        return inquire.settle_all(self.at)

    def reasons(self) -> object:
        if not self.row.events.filter(action=Action.ASK_REASONS).exists():
            return converse.ask_reasons(self.row.pk, "64件", actor=self.officer(), at=self.at)
        return converse.give_reasons(self.row.pk, "研究", actor=self.actor(), at=self.at)

    def charge(self) -> object:
        demand = charge.Demand(
            mode=self.one_of(*FeeMode),
            quantity=self.one_of(1, 12, 31, 250),
            earlier=charge.earlier_in_month(self.row),
            notified_on=self.day(),
            delivered_on=self.one_of(None, self.today),
        )
        return charge.notify(self.row.pk, demand, actor=self.officer(), at=self.at)

    def pay(self) -> object:
        return charge.record_payment(self.row.pk, actor=self.officer(), at=self.at, paid_on=self.day())

    def submit(self) -> object:
        kind = self.chance.choices(list(DecisionKind), [2, 2, 2])[0]
        waiting_for = {State.CORRECTION_ASKED: ReplyKind.NOT_CORRECTED, State.FEE_NOTIFIED: ReplyKind.NOT_PAID}
        proposal = make_proposal(
            waiting_for.get(State(self.row.state)) or self.one_of(*ReplyKind),
            kind=kind,
            days=None if kind == DecisionKind.REPLY else self.one_of(1, 20, 21),
            facts={"grounds": [self.one_of(*WithholdingGround)], "third_party_reasons": self.one_of("", "公共利益")},
            items=self.one_of((), (self.item,)),
            duplicate_of=self.one_of(None, self.answered),
        )
        return decide.submit(self.row.pk, proposal, actor=self.officer(), at=self.at)

    def sign(self) -> object:
        waiting = self.row.decisions.waiting().first()
        if waiting is None:
            return None
        match self.chance.randint(0, 9):
            case 0:
                return decide.send_back(waiting.pk, seen=waiting.digest, actor=self.releaser(), at=self.at, note="改")
            case 1:
                return decide.drop(waiting.pk, actor=self.officer(), at=self.at)
        return decide.release(waiting.pk, seen=waiting.digest, actor=self.releaser(), at=self.at)

    def write(self) -> object:
        return converse.write(self.row.pk, self.one_of("请问", ""), actor=self.actor(), at=self.at)

    def take_back(self) -> object:
        if self.chance.random() < 0.7:
            return None  # or every case would end like this
        return withdraw.withdraw(
            self.row.pk, actor=self.actor(), at=self.at, on=self.day(), note=self.one_of("来电", "")
        )

    def next_day(self) -> None:
        self.at += timedelta(days=self.chance.choice([0, 1, 1, 2, 5, 12, 25]))

    def everything(self) -> list[Callable[[], object]]:
        return [
            self.register, self.begin, self.assign, self.transfer, self.ask_correction, self.correct, self.ask_party,
            self.deliver, self.hear, self.settle, self.reasons, self.charge, self.pay, self.submit, self.sign,
            self.write, self.take_back, self.next_day,
        ]  # fmt: skip

    def likely(self) -> list[Callable[[], object]]:
        """What would be done next, so that chance gets anywhere."""
        at_work = [self.submit, self.sign, self.sign, self.reasons, self.ask_party, self.charge, self.ask_correction]
        asking = [self.deliver, self.hear, self.settle, self.submit, self.sign, self.next_day]
        waiting = [self.next_day, self.submit, self.sign, self.deliver]
        fitting: dict[State, list[Callable[[], object]]] = {
            State.RECEIVED: [self.register, self.register, self.transfer],
            State.REGISTERED: [self.begin, self.begin, self.ask_correction, self.transfer],
            State.CORRECTION_ASKED: [self.correct, *waiting],
            State.CORRECTED: [self.begin],
            State.IN_REVIEW: at_work,
            State.EXTENDED: at_work,
            State.CONSULTING_THIRD_PARTY: asking,
            State.CONSULTING_CO_AGENCY: asking,
            State.FEE_NOTIFIED: [self.pay, *waiting],
        }
        return fitting.get(State(self.row.state), [self.write])

    def step(self) -> str:
        """Try something; answers what came of it."""
        verb = self.chance.choice(self.likely() if self.chance.random() < 0.7 else self.everything())
        before = self.row
        try:
            verb()
        except (ValidationError, PermissionDenied):
            return "refused"
        finally:
            self.row = assert_consistent(before)
        return verb.__name__


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_is_tried_is_done_or_refused_and_leaves_order_behind(seed: int) -> None:
    case = Case(seed)

    came_of_it = Counter(case.step() for _number in range(STEPS))

    assert came_of_it["refused"] > 0
    assert sum(came_of_it.values()) == STEPS
    assert reread_request(case.row) == case.row


def test_chance_leads_through_the_whole_procedure() -> None:
    """Or the test above would prove little."""
    for seed in range(100, 120):
        case = Case(seed)
        for _number in range(STEPS):
            case.step()

    done = set(RequestEvent.objects.values_list("action", flat=True))
    reached = set(RequestEvent.objects.values_list("to_state", flat=True))
    assert len(set(Action) - done) <= 4, set(Action) - done
    assert len(set(State) - reached) <= 2, set(State) - reached
