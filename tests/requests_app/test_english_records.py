"""What a page in English leaves behind: records and mail to staff in Chinese, mail to the applicant as his page was."""

import pytest
from django.utils.translation import override

from govportal.models import AuditEvent, Notice
from govportal.now import now
from requests_app.models import InformationRequest
from requests_app.services import converse
from tests.factories import make_agency
from tests.factories.requests import file_request, make_officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def filed() -> InformationRequest:
    """Filed and written to on English pages; what is wanted was only described."""
    agency = make_agency()
    make_officer(agency, email="officer@county.example")
    with override("en"):
        row = file_request(agency, subject="").request
        converse.write(row.pk, "How does my request stand?", actor=None, at=now())
    return row


def mails(*, to_staff: bool) -> list[Notice]:
    """Addresses are encrypted: no query finds one."""
    return [mail for mail in Notice.objects.order_by("id") if mail.address.endswith("@county.example") is to_staff]


def test_audit_trail_names_the_applicant_in_chinese(filed: InformationRequest) -> None:
    names = AuditEvent.objects.filter(action__startswith="request.").values_list("actor_name", flat=True)

    assert list(names) == ["申请人", "申请人"]


def test_described_request_has_its_chinese_subject(filed: InformationRequest) -> None:
    assert filed.subject == "（见内容描述）"


def test_mail_to_staff_is_chinese(filed: InformationRequest) -> None:
    found = mails(to_staff=True)

    assert [mail.subject for mail in found] == [f"新的信息公开申请：{filed.number}", f"申请人留言：{filed.number}"]
    assert not any("/en/" in mail.body for mail in found)


def test_mail_to_the_applicant_is_english(filed: InformationRequest) -> None:
    (mail,) = mails(to_staff=False)

    assert mail.subject == f"Your request has been received under number {filed.number}."
    assert "/en/requests/lookup/" in mail.body
