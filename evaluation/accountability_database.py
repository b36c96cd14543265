"""Triggers on accountability: nobody is decided about before he was told of it and had his say; nothing that was said
or decided goes.

The services refuse first and say why. A new data key writes encrypted columns anew, so no trigger can tell whether
what was said or the reasons still read as they did: it refuses only to empty them, except where the purge after
retention has set `purged_at` (services/accountability_purge.py), and keeps the prints of facts, names and statements:
nothing is told or decided where they do not match (accountability_procedure.reasons_against_relying). What was signed
and the PDFs, once made, stay.
"""

# ruff: noqa: S608  (names of our own tables and columns)

from collections.abc import Collection, Iterable

from django.db.models import Model

from evaluation.accountability_division import WEIGHTS
from evaluation.accountability_enums import ENDED_CASES, RULED_CASES, CaseState, NoticeKind
from evaluation.accountability_rules import FORMS
from evaluation.models import AccountabilityCase, AccountabilityEvent, AccountabilityNotice, Respondent
from govportal.crypto import EncryptedTextField
from govportal.dbsetup import ALWAYS, DatabaseObject, Rule, guard, no_replacement

_CASE, _PERSON = AccountabilityCase._meta.db_table, Respondent._meta.db_table
_EVENT, _NOTICE = AccountabilityEvent._meta.db_table, AccountabilityNotice._meta.db_table

_FIXED = (
    "id", "number", "office_id", "agency_id", "trigger", "trigger_words", "basis", "finding_id", "complaint_id",
    "obligation_id", "assessment_id", "opened_by_id", "opened_on", "public_facts",
)  # fmt: skip
_DECIDED = ("decided_by_id", "decided_on", "agency_measure", "heard_on")
_ENDED = ("state", "closed_on", "corrected_by_id", "corrected_on", "verified_by_id", "verified_on")
_REPORTED = (CaseState.CORRECTED, CaseState.CLOSED)
_WORDS = ("facts", "reasons", "correction")
_SAID = ("heard_on", "heard_by_id", "waived_on")
_ANSWER = (*_SAID, "statement_print")
_CHARGE = ("part", "circumstance", "responsibility")
_FOLLOWS = ("file_id", "delivered_on", "withdrawn_on", *_ANSWER)  # of a paper, after it was issued
_DIVISION = (
    "post", "part", "circumstance", "dissent_on_record", "responsibility", "responsibility_basis", "measure",
    "measure_form",
)  # fmt: skip


def guards() -> list[DatabaseObject]:
    return [
        case_guard(),
        person_guard(),
        event_guard(),
        notice_guard(),
        no_replacement(_CASE, unique=[("number",), ("complaint_id",), ("rectification_id",), ("summary_id",)]),
        no_replacement(_PERSON, unique=[("paper_id",)]),
        no_replacement(_EVENT, unique=[("paper_id",)]),
        no_replacement(_NOTICE, unique=[("number",), ("file_id",)]),
    ]


def _changed(columns: Iterable[str]) -> str:
    """A column may be called like a word of SQL (`on`, `trigger`), hence the quotes."""
    return "(" + " OR ".join(f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in columns) + ")"


def _emptied(columns: Iterable[str]) -> str:
    return "(" + " OR ".join(f"(OLD.{column} <> '' AND NEW.{column} = '')" for column in columns) + ")"


def _plain(model: type[Model], but: Collection[str] = ()) -> list[str]:
    """The columns that no key writes anew, without those that follow later."""
    fields = (one for one in model._meta.concrete_fields if not isinstance(one, EncryptedTextField))
    return [str(one.column) for one in fields if str(one.column) not in but]


def _in(states: Iterable[CaseState]) -> str:
    return ", ".join(f"'{state.value}'" for state in states)


def _case_of(row: str, condition: str) -> str:
    return f"EXISTS (SELECT 1 FROM {_CASE} q WHERE q.id = {row}.case_id AND {condition})"


def _weight(row: str) -> str:
    cases = " ".join(f"WHEN '{bears.value}' THEN {weight}" for bears, weight in WEIGHTS.items())
    return f"(CASE {row}.responsibility {cases} END)"


def _in_force(person_id: str) -> str:
    return f"n.respondent_id = {person_id} AND n.kind = '{NoticeKind.HEARING.value}' AND n.withdrawn_on IS NULL"


def _untold(person: str) -> str:
    """What he is charged with has not reached him: as accountability_division.is_told."""
    same = " AND ".join(f"{person}.{column} = n.{column}" for column in _CHARGE)
    covers = f"({_weight(person)} = 0 OR {_weight(person)} < {_weight('n')} OR ({same}))"
    arrived = f"n.delivered_on IS NOT NULL AND {covers}"
    return f"NOT EXISTS (SELECT 1 FROM {_NOTICE} n WHERE {_in_force(f'{person}.id')} AND {arrived})"


def _unheard(case_id: str) -> str:
    silent = "p.heard_on IS NULL AND p.waived_on IS NULL"
    return f"EXISTS (SELECT 1 FROM {_PERSON} p WHERE p.case_id = {case_id} AND (({silent}) OR {_untold('p')}))"


def _answers(notice: str, person: str) -> str:
    """Whether with the notice stands what the person has said."""
    same = " AND ".join(f"{notice}.{column} IS NOT DISTINCT FROM {person}.{column}" for column in _ANSWER)
    return f"{same} AND ({person}.statement = '' OR {notice}.statement <> '')"


def _kept() -> str:
    """What he had said stands with the notice that was withdrawn, and no other holds: he is heard anew."""
    said = _answers("n", "OLD")
    before = f"n.respondent_id = OLD.id AND n.withdrawn_on IS NOT NULL AND {said}"
    signed = f"EXISTS (SELECT 1 FROM {_EVENT} e WHERE e.case_id = OLD.case_id AND e.paper_id = OLD.paper_id)"
    return (
        f"NEW.heard_on IS NULL AND NEW.heard_by_id IS NULL AND NEW.waived_on IS NULL AND NEW.paper_id IS NULL "
        f"AND (OLD.paper_id IS NULL OR {signed}) AND EXISTS (SELECT 1 FROM {_NOTICE} n WHERE {before}) "
        f"AND NOT EXISTS (SELECT 1 FROM {_NOTICE} n WHERE {_in_force('OLD.id')})"
    )


def case_guard() -> DatabaseObject:
    """What it was opened by for good, the facts from the first paper on; no decision over somebody unheard, no
    correction of what did not arrive; the decision and the end for good; the days in their order."""
    decided_in = f"d.case_id = NEW.id AND d.kind <> '{NoticeKind.HEARING.value}' AND d.delivered_on IS NULL"
    untold = (
        f"NEW.state IN ({_in(_REPORTED)}) AND OLD.state NOT IN ({_in(_REPORTED)}) "
        f"AND EXISTS (SELECT 1 FROM {_NOTICE} d WHERE {decided_in})"
    )
    nobody = f"NOT EXISTS (SELECT 1 FROM {_PERSON} p WHERE p.case_id = NEW.id)"
    unheard = (
        f"NEW.state IN ({_in(RULED_CASES)}) AND OLD.state NOT IN ({_in(RULED_CASES)}) "
        f"AND (OLD.state <> '{CaseState.HEARD.value}' OR {nobody} OR {_unheard('NEW.id')})"
    )
    decided = f"OLD.decided_on IS NOT NULL AND {_changed(_DECIDED)}"
    moved = f"NEW.state IN ({_in(RULED_CASES)}) AND OLD.state NOT IN ({_in(RULED_CASES)}) AND {_changed(('heard_on',))}"
    undone = f"OLD.decided_on IS NOT NULL AND NEW.state IN ('{CaseState.OPENED.value}', '{CaseState.HEARD.value}')"
    ended = f"OLD.closed_on IS NOT NULL AND {_changed(_ENDED)}"
    once = "OLD.rectification_id IS NOT NULL AND OLD.rectification_id IS DISTINCT FROM NEW.rectification_id"
    purged = (
        f"(OLD.purged_at IS NOT NULL AND {_changed(('purged_at',))}) "
        f"OR (NEW.purged_at IS NOT NULL AND NEW.state NOT IN ({_in(ENDED_CASES)}))"
    )
    emptied = f"NEW.purged_at IS NULL AND {_emptied(_WORDS)}"
    told = f"(OLD.state <> '{CaseState.OPENED.value}' OR EXISTS (SELECT 1 FROM {_NOTICE} n WHERE n.case_id = OLD.id))"
    amended = f"{_changed(('facts_digest',))} AND {told}"
    rules = (
        _changed(_FIXED),
        amended,
        unheard,
        untold,
        decided,
        moved,
        undone,
        ended,
        once,
        purged,
        emptied,
        _untimely(),
    )
    return guard(
        f"{_CASE}_guard",
        _CASE,
        (
            Rule("INSERT", f"NEW.state <> '{CaseState.OPENED.value}'"),
            Rule("UPDATE", " OR ".join(f"({rule})" for rule in rules)),
            Rule("DELETE", ALWAYS),
        ),
        "a case of accountability keeps what it was opened by, hears before it decides, goes by the order of its days, "
        "and is never deleted",
    )


def _untimely() -> str:
    """Nothing of a case is dated before its opening, no decision before somebody had his say, no end before it."""
    days = ("heard_on", "decided_on", "corrected_on", "verified_on", "closed_on")
    before_opening = [f"NEW.{day} < NEW.opened_on" for day in days]
    before_decision = [f"NEW.{day} < NEW.decided_on" for day in ("corrected_on", "verified_on", "closed_on")]
    said_later = "p.case_id = NEW.id AND (p.heard_on > NEW.decided_on OR p.waived_on > NEW.decided_on)"
    return " OR ".join((*before_opening, *before_decision, f"EXISTS (SELECT 1 FROM {_PERSON} p WHERE {said_later})"))


def person_guard() -> DatabaseObject:
    """Named while the case is open; heard once the notice of what he is charged with has reached him; who has had his
    say stays with what he said, here or with the notice it answered; the decision stays, and says which is meant."""
    past = [state for state in CaseState if state != CaseState.OPENED]
    settled = [state for state in CaseState if state not in {CaseState.OPENED, CaseState.HEARD}]
    purged = _case_of("OLD", "q.purged_at IS NOT NULL")
    kept = f"({_kept()})"
    said = f"(OLD.heard_on IS NOT NULL OR OLD.waived_on IS NOT NULL) AND {_changed(_SAID)} AND NOT {kept}"
    new_say = f"{_changed(_SAID)} AND {_case_of('NEW', f'q.state IN ({_in(past)})')}"
    says = "(NEW.heard_on IS NOT NULL OR NEW.waived_on IS NOT NULL)"
    untold = f"{says} AND {_changed((*_SAID, *_CHARGE))} AND {_untold('NEW')}"
    unheard = f"NEW.measure <> '' AND {_unheard('NEW.case_id')}"
    divided = f"{_changed(_DIVISION)} AND {_case_of('NEW', f'q.state IN ({_in(settled)})')} AND NOT {purged}"
    removed = f"OLD.paper_id IS NOT NULL AND {_changed(('paper_id',))}"
    has_said = "(OLD.heard_on IS NOT NULL OR OLD.waived_on IS NOT NULL)"
    reworded = f"{has_said} AND {_changed(('statement_print',))}"
    unsaid = f"({_emptied(('statement',))} OR ({removed}) OR ({reworded})) AND NOT {kept}"
    renamed = _changed(("name_print",))
    taken = f"({_emptied(('name', 'consideration'))} OR {renamed} OR ({unsaid})) AND NOT {purged}"
    formed = ", ".join(f"'{measure.value}'" for measure in FORMS)
    formless = f"{_changed(('measure', 'measure_form'))} AND NEW.measure IN ({formed}) AND NEW.measure_form = ''"
    referred = f"OLD.referred_on IS NOT NULL AND {_changed(('referred_on',))}"
    too_early = _case_of("NEW", "(NEW.heard_on < q.opened_on OR NEW.waived_on < q.opened_on)")
    rules = (_changed(("id", "case_id")), said, new_say, untold, unheard, divided, taken, formless, referred, too_early)
    gone = f"OLD.heard_on IS NOT NULL OR OLD.waived_on IS NOT NULL OR {_case_of('OLD', f'q.state IN ({_in(past)})')}"
    return guard(
        f"{_PERSON}_guard",
        _PERSON,
        (
            Rule(
                "INSERT",
                f"NEW.heard_on IS NOT NULL OR NEW.waived_on IS NOT NULL "
                f"OR NOT {_case_of('NEW', f'q.state = {_quoted(CaseState.OPENED)}')}",
            ),
            Rule("UPDATE", " OR ".join(f"({rule})" for rule in rules)),
            Rule("DELETE", gone),
        ),
        "who is held to account is heard first; his say stays dated and is never emptied, and what was decided stays",
    )


def _quoted(state: CaseState) -> str:
    return f"'{state.value}'"


def event_guard() -> DatabaseObject:
    purged = _case_of("OLD", "q.purged_at IS NOT NULL")
    changed = _changed(_plain(AccountabilityEvent, but=("paper_id",)))
    taken = f"{_changed(('paper_id',))} AND NOT {purged}"
    return guard(
        f"{_EVENT}_guard",
        _EVENT,
        (
            Rule("UPDATE", f"{changed} OR ({_emptied(('note',))} AND NOT {purged}) OR ({taken})"),
            Rule("DELETE", ALWAYS),
        ),
        "the record of a case is append-only",
    )


def notice_guard() -> DatabaseObject:
    """A paper stays as it was issued; its PDF, its arrival and its end are noted once. It ends before a decision, with
    what was answered to it; of one person one 告知书 holds, of the agency one decision."""
    purged = _case_of("OLD", "q.purged_at IS NOT NULL")
    fixed = _changed(_plain(AccountabilityNotice, but=_FOLLOWS))
    made = f"OLD.file_id IS NOT NULL AND {_changed(('file_id',))} AND NOT {purged}"
    arrived = f"OLD.delivered_on IS NOT NULL AND {_changed(('delivered_on',))}"
    undecided = _case_of("OLD", f"q.state IN ({_in((CaseState.OPENED, CaseState.HEARD))})")
    answered = f"EXISTS (SELECT 1 FROM {_PERSON} p WHERE p.id = OLD.respondent_id AND {_answers('NEW', 'p')})"
    ends = f"OLD.withdrawn_on IS NULL AND NEW.withdrawn_on IS NOT NULL AND {undecided} AND {answered}"
    ended = f"{_changed(('withdrawn_on', *_SAID))} AND NOT ({ends})"
    reworded = f"{_changed(('statement_print',))} AND NOT ({ends})"
    emptied = f"({_emptied(('statement',))} OR ({reworded})) AND NOT {purged}"
    to_person = "n.respondent_id = NEW.respondent_id AND n.withdrawn_on IS NULL"
    to_agency = f"n.case_id = NEW.case_id AND n.kind = '{NoticeKind.AGENCY_DECISION.value}'"
    second = f"EXISTS (SELECT 1 FROM {_NOTICE} n WHERE n.kind = NEW.kind AND (({to_person}) OR ({to_agency})))"
    return guard(
        f"{_NOTICE}_guard",
        _NOTICE,
        (
            Rule("INSERT", f"NEW.withdrawn_on IS NOT NULL OR {second}"),
            Rule("UPDATE", f"{fixed} OR ({made}) OR ({arrived}) OR ({ended}) OR ({emptied})"),
            Rule("DELETE", ALWAYS),
        ),
        "a paper of a case stays as it was issued",
    )
