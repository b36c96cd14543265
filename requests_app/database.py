"""Triggers on requests: what was decided, sent or counted stays as it was, whoever holds the connection.

The services refuse first and say why; these hold for whoever writes past them. Two things go on under them: a new data
key writes encrypted columns anew, so these may change but not become empty, and the purge after retention opens one
door: what hangs on a request with `purged_at` may be blanked, and who asked deleted (services/purge.py).
"""

# ruff: noqa: S608  (names of our own tables and columns)

from collections.abc import Iterable

from django.db.models import Model

from govportal.crypto import EncryptedTextField
from govportal.dbsetup import ALWAYS, DatabaseObject, Rule, closed_while, guard, no_replacement
from requests_app.enums import CLOSED_STATES, DecisionState, State
from requests_app.models import (
    Appeal,
    Applicant,
    Assignment,
    ClockEvent,
    Correction,
    Decision,
    Delivery,
    FeeNotice,
    InformationRequest,
    Inquiry,
    InternalNote,
    Letter,
    Message,
    RequestEvent,
    RequestFile,
)

_REQUEST = InformationRequest._meta.db_table
_PURGED = f"EXISTS (SELECT 1 FROM {_REQUEST} q WHERE q.id = OLD.request_id AND q.purged_at IS NOT NULL)"
_RELEASED = (
    "EXISTS (SELECT 1 FROM requests_app_decision d WHERE d.id = {row}.decision_id "
    f"AND d.state = '{DecisionState.RELEASED}')"
)
_CLOSED = "', '".join(CLOSED_STATES)

# Keys beside the id by which a row could be replaced.
_KEYS: dict[str, list[tuple[str, ...]]] = {
    "informationrequest": [("number",), ("submission_key",)],
    "applicant": [("request_id",)],
    "message": [],
    "internalnote": [],
    "clockevent": [],
    "requestevent": [],
    "assignment": [],
    "decision_items": [("decision_id", "item_id")],
    "letter": [("agency_id", "number", "version"), ("supersedes_id",)],
    "inquiry": [("request_id", "ref")],
    "correction": [("request_id",)],
    "feenotice": [("request_id",)],
    "requestfile": [("file_id",)],
    "delivery": [],
    "appeal": [],
}
# One decision at a time is handed in, and of every kind one goes out.
_DECIDED_ONCE = {
    ("request_id",): f"{{row}}.state = '{DecisionState.SUBMITTED}'",
    ("request_id", "kind"): f"{{row}}.state = '{DecisionState.RELEASED}'",
}


def guards() -> list[DatabaseObject]:
    return [
        request_guard(),
        clock_guard(),
        event_guard(),
        assignment_guard(),
        decision_guard(),
        decision_items_guard(),
        letter_guard(),
        delivery_guard(),
        file_guard(),
        *waiting_guards(),
        *held_guards(),
        appeal_guard(),
        *(no_replacement(f"requests_app_{name}", unique=keys) for name, keys in _KEYS.items()),
        no_replacement("requests_app_decision", partial=_DECIDED_ONCE),
    ]


def _changed(columns: Iterable[str]) -> str:
    """A column may be called like a word of SQL (`on`), hence the quotes."""
    return "(" + " OR ".join(f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in columns) + ")"


def _plain(model: type[Model], *, but: Iterable[str] = ()) -> list[str]:
    """The columns that no key writes anew."""
    fields = (field for field in model._meta.concrete_fields if not isinstance(field, EncryptedTextField))
    return [column for column in (str(field.column) for field in fields) if column not in but]


def _emptied(columns: Iterable[str]) -> str:
    return "(" + " OR ".join(f"(OLD.{column} <> '' AND NEW.{column} = '')" for column in columns) + ")"


def request_guard() -> DatabaseObject:
    """The number for good, the day of receipt once the request is registered, the outcome once it is closed."""
    received = f"OLD.state <> '{State.RECEIVED}' AND {_changed(('received_on', 'receipt_basis'))}"
    counted = (
        "state", "outcome", "reply_kind", "closed_on", "agency_id", "channel", "applicant_kind", "carried_from",
    )  # fmt: skip
    closed = f"OLD.state IN ('{_CLOSED}') AND {_changed(counted)}"
    purged = (
        f"(OLD.purged_at IS NOT NULL AND {_changed(('purged_at',))}) "
        f"OR (NEW.purged_at IS NOT NULL AND NEW.state NOT IN ('{_CLOSED}'))"
    )
    emptied = f"NEW.purged_at IS NULL AND {_emptied(('subject', 'document_number', 'description', 'purpose'))}"
    fixed = _changed(("id", "number", "filed_at", "is_imported", "counts_receipt_day"))
    return guard(
        f"{_REQUEST}_guard",
        _REQUEST,
        (
            Rule("UPDATE", f"{fixed} OR ({received}) OR ({closed}) OR {purged} OR ({emptied})"),
            Rule("DELETE", ALWAYS),
        ),
        "a request keeps its number, its day of receipt and its outcome, and is never deleted",
    )


def clock_guard() -> DatabaseObject:
    """An event of the clock is voided once."""
    void = ("voided_at", "void_reason")
    changed = _changed(_plain(ClockEvent, but=void))
    again = f"OLD.voided_at IS NOT NULL AND {_changed(void)}"
    return guard(
        "requests_app_clockevent_guard",
        ClockEvent._meta.db_table,
        (Rule("UPDATE", f"{changed} OR ({again})"), Rule("DELETE", ALWAYS)),
        "an event of the clock is voided once and never changed",
    )


def event_guard() -> DatabaseObject:
    words = ("note", "public_note")
    return guard(
        "requests_app_requestevent_guard",
        RequestEvent._meta.db_table,
        (
            Rule("UPDATE", f"{_changed(_plain(RequestEvent))} OR ({_emptied(words)} AND NOT {_PURGED})"),
            Rule("DELETE", ALWAYS),
        ),
        "the record of a request is append-only",
    )


def assignment_guard() -> DatabaseObject:
    return guard(
        "requests_app_assignment_guard",
        Assignment._meta.db_table,
        (
            Rule("UPDATE", f"{_changed(_plain(Assignment))} OR ({_emptied(('reason',))} AND NOT {_PURGED})"),
            Rule("DELETE", ALWAYS),
        ),
        "the lineage of a request is append-only",
    )


def decision_guard() -> DatabaseObject:
    """What was handed in stays as it was; decided, its state too. That two people decide the constraints see to."""
    signed = ("state", "decided_by_id", "decided_at")
    fixed = _changed(_plain(Decision, but=(*signed, "digest")))
    digest = f"{_changed(('digest',))} AND NOT (NEW.digest = '' AND {_PURGED})"
    decided = f"OLD.state <> '{DecisionState.SUBMITTED}' AND {_changed(signed)}"
    emptied = f"{_emptied(('reasons', 'content', 'facts'))} AND NOT {_PURGED}"
    return guard(
        "requests_app_decision_guard",
        Decision._meta.db_table,
        (
            Rule("UPDATE", f"{fixed} OR ({digest}) OR ({decided}) OR ({emptied})"),
            Rule("DELETE", ALWAYS),
        ),
        "a decision is made once and never rewritten",
    )


def decision_items_guard() -> DatabaseObject:
    """What a released reply sends the applicant to."""
    return closed_while(
        "requests_app_decision_items_guard",
        "requests_app_decision_items",
        _RELEASED,
        "the items of a released decision never change",
    )


def letter_guard() -> DatabaseObject:
    """A version keeps its number and its paper; the sealed copy may be put right until the letter has gone out."""
    fixed = _changed(_plain(Letter, but=("file_id", "sealed_file_id")))
    forgotten = f"NEW.{{0}} IS NULL AND {_PURGED}"
    file = f"OLD.file_id IS NOT NULL AND {_changed(('file_id',))} AND NOT ({forgotten.format('file_id')})"
    sent = "EXISTS (SELECT 1 FROM requests_app_delivery d WHERE d.letter_id = OLD.id)"
    sealed = (
        f"OLD.sealed_file_id IS NOT NULL AND {_changed(('sealed_file_id',))} AND {sent} "
        f"AND NOT ({forgotten.format('sealed_file_id')})"
    )
    emptied = f"{_emptied(('facts', 'reason'))} AND NOT {_PURGED}"
    return guard(
        "requests_app_letter_guard",
        Letter._meta.db_table,
        (
            Rule("UPDATE", f"{fixed} OR ({file}) OR ({sealed}) OR ({emptied})"),
            Rule("DELETE", ALWAYS),
        ),
        "a letter keeps its number, its version and its paper",
    )


def delivery_guard() -> DatabaseObject:
    """That and when a letter went out stays; its arrival is noted once."""
    purged = (
        "EXISTS (SELECT 1 FROM requests_app_letter l "
        f"JOIN {_REQUEST} q ON q.id = l.request_id WHERE l.id = OLD.letter_id AND q.purged_at IS NOT NULL)"
    )
    fixed = _changed(_plain(Delivery, but=("delivered_on", "proof_id")))
    arrived = f"OLD.delivered_on IS NOT NULL AND {_changed(('delivered_on',))}"
    proof = f"OLD.proof_id IS NOT NULL AND {_changed(('proof_id',))}"
    return guard(
        "requests_app_delivery_guard",
        Delivery._meta.db_table,
        (
            Rule("UPDATE", f"{fixed} OR ({arrived}) OR (({proof} OR {_emptied(('note',))}) AND NOT {purged})"),
            Rule("DELETE", ALWAYS),
        ),
        "the delivery of a letter stays as it was noted",
    )


def file_guard() -> DatabaseObject:
    """A file of a request stays with it; those handed over by a released decision stay with that."""
    released = _RELEASED.format(row="OLD")
    fixed = _changed(_plain(RequestFile, but=("decision_id", "inquiry_id")))
    return guard(
        "requests_app_requestfile_guard",
        RequestFile._meta.db_table,
        (
            Rule("UPDATE", f"{fixed} OR ({released} AND {_changed(('decision_id',))})"),
            Rule("DELETE", f"NOT {_PURGED}"),
        ),
        "a file of a request stays with it until the purge",
    )


def waiting_guards() -> list[DatabaseObject]:
    """What was asked of whom and charged is fixed; the answer or payment is recorded once. The last day may move."""
    return [
        _answered_once(Inquiry, answer=("answered_on", "answer"), moving=("delivered_on", "due_on")),
        _answered_once(Correction, answer=("answered_on",), moving=()),
        _answered_once(FeeNotice, answer=("paid_on",), moving=("delivered_on", "pay_by")),
    ]


def _answered_once(model: type[Model], *, answer: tuple[str, ...], moving: tuple[str, ...]) -> DatabaseObject:
    table = model._meta.db_table
    fixed = _changed(_plain(model, but=(*answer, *moving)))
    again = f"OLD.{answer[0]} IS NOT NULL AND {_changed((*answer, *moving))}"
    return guard(
        f"{table}_guard",
        table,
        (Rule("UPDATE", f"{fixed} OR ({again})"), Rule("DELETE", ALWAYS)),
        "what was asked is fixed and answered once",
    )


def held_guards() -> list[DatabaseObject]:
    """What a request holds goes with the purge of that request, and hangs on no other until then."""
    fixed = {Applicant: ("id", "request_id"), Message: _plain(Message), InternalNote: _plain(InternalNote)}
    words = {Applicant: ("name",), Message: ("text",), InternalNote: ("text",)}
    return [
        guard(
            f"{model._meta.db_table}_guard",
            model._meta.db_table,
            (
                Rule("UPDATE", f"{_changed(columns)} OR {_emptied(words[model])}"),
                Rule("DELETE", f"NOT {_PURGED}"),
            ),
            "what a request holds goes with the purge alone",
        )
        for model, columns in fixed.items()
    ]


def appeal_guard() -> DatabaseObject:
    """An appeal is answered once and ends once, as table 4 of its year has counted it."""
    answer, end = ("answered_on",), ("result", "closed_on")
    fixed = _changed(_plain(Appeal, but=(*answer, *end)))
    answered, ended = (f"OLD.{columns[-1]} IS NOT NULL AND {_changed(columns)}" for columns in (answer, end))
    return guard(
        "requests_app_appeal_guard",
        Appeal._meta.db_table,
        (Rule("UPDATE", f"{fixed} OR ({answered}) OR ({ended})"), Rule("DELETE", ALWAYS)),
        "an appeal stays as it was recorded, is answered once and ends once",
    )
