"""Pages of the steps of a complaint: as those of a request, under the lock of the complaint."""

from typing import Any

from django.utils.functional import Promise

from disclosure.admin.register_verbs import VerbForm, long_text
from requests_app.admin.verb_pages import CaseForm, CaseVerb, CaseVerbAdmin, Hints, no_hints
from requests_app.complaint_enums import ComplaintAction
from requests_app.models import Complaint
from requests_app.services import complaint_procedure

VERB_TEMPLATE = "admin/requests_app/complaint_verb.html"


def against(action: ComplaintAction) -> Any:
    """The reasons that state and role give against a step."""
    return lambda row, actor: complaint_procedure.reasons_against(row, action, actor)


def words(label: Promise | str, *, is_required: bool = True, help_text: Promise | str = "") -> Any:
    return long_text(label, length=complaint_procedure.LONGEST, is_required=is_required, help_text=help_text)


def complaint_verb(
    action: ComplaintAction, run: Any, form: type[VerbForm] = CaseForm, *, reasons: Any = None,
    hints: Hints = no_hints, label: Promise | str = "",
) -> CaseVerb:  # fmt: skip
    """The verb of a step, called as the step is unless told otherwise."""
    return CaseVerb(
        action.value, label or action.label, reasons or against(action), run, form, hints=hints, template=VERB_TEMPLATE
    )


class ComplaintVerbAdmin(CaseVerbAdmin[Complaint]):
    verb_template = VERB_TEMPLATE

    def lock(self, row: Complaint) -> None:
        complaint_procedure.locked(row.pk)
