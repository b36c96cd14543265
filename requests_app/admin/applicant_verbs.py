"""补录申请人: of a request out of a ledger, and what is missing of one on paper."""

from dataclasses import fields
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal.models import User
from requests_app.admin.applicant_fields import PersonForm, person_of
from requests_app.admin.verb_pages import CaseForm, CaseVerb
from requests_app.models import InformationRequest
from requests_app.services import record_applicant
from requests_app.services.intake import Person


class RecordApplicantForm(PersonForm, CaseForm):
    """Asks for what can be recorded alone, and shows nothing of what is known: that is behind the mask."""

    def prepare(self) -> None:
        asked = record_applicant.missing(self.row)
        for field in fields(Person):
            if field.name not in asked:
                del self.fields[field.name]


def _record(row: InformationRequest, actor: User, values: dict[str, Any]) -> object:
    return record_applicant.record(row.pk, person_of(values), actor=actor)


def _hints(row: InformationRequest, actor: User) -> list[str]:
    hints = [_("照申请书填写。填写的内容加密保存，审计只记填了哪些项。")]
    if record_applicant.applicant_of(row) is None:
        return [_("台账里没有申请人，文书没有收件人。补录以后才能答复。"), *hints]
    return [_("已经登记的姓名和证件不能改；联系方式填了新的，以新的为准，不填的不变。"), *hints]


RECORD_APPLICANT = CaseVerb(
    "applicant", gettext_lazy("补录申请人"), record_applicant.reasons_against, _record, RecordApplicantForm,
    hints=_hints,
)  # fmt: skip
