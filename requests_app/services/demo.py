"""What the demo county has of 依申请公开: offices, officers, living cases, last year's ledgers and its reports.

Called by the seed of the demo (govportal.contributions.demo_chapters), inside its transaction.
"""

from django.contrib.auth.hashers import make_password

from govportal.contributions import DemoCounty
from govportal.models import Agency, Membership, User
from govportal.permissions import Role
from requests_app.models import RequestOffice
from requests_app.services.demo_cases import Cases
from requests_app.services.demo_reports import COUNTY, Reports
from requests_app.services.demo_texts import ledgers, load, load_cases

# Offices at which nobody of the demo's accounts handles requests get somebody who cannot log in.
_ROLES = (Role.REQUEST_OFFICER, Role.OFFICE_HEAD)
_SECOND = "second"  # a second officer where a case is handed from one to another


def tell(county: DemoCounty) -> list[str]:
    """Fill an otherwise seeded county; answers receipt numbers with their codes, to look a case up as a citizen."""
    raws = load_cases()
    _open_offices(county)
    people = _appoint(county, {raw["agency"] for raw in raws} | {path.stem for path in ledgers()} | {COUNTY})
    cases = Cases(county, people)
    cases.tell(raws)
    Reports(county, people, cases.days.calendar).tell()
    return [_note(number, code, subject) for number, code, subject in cases.shown]


def _note(number: str, code: str, subject: str) -> str:
    return f"受理编号 {number}\t查询码 {code}\t{subject}"


def _open_offices(county: DemoCounty) -> None:
    RequestOffice.objects.bulk_create(
        RequestOffice(
            agency=county.agencies[code],
            review_body="澄明县人民政府",
            court="澄明县人民法院",
            payee="澄明县财政局非税收入专户（虚构），凭缴款书号到各银行网点缴纳",
            **values,
        )
        for code, values in load("offices.toml").items()
    )


def _appoint(county: DemoCounty, codes: set[str]) -> dict[tuple[str, str], User]:
    """(agency, role) -> whoever holds it: an account that can be tried, where there is one."""
    closed = make_password(None)
    memberships = Membership.objects.select_related("user", "agency").order_by("-pk")
    people = {(held.agency.code, held.role): held.user for held in memberships}
    for code in sorted(codes):
        agency: Agency = county.agencies[code]
        for role in _ROLES:
            if (code, role) not in people:
                people[code, role] = _hire(agency, role, f"{code.lower()}-{role}", closed)
        people[code, _SECOND] = _hire(agency, Role.REQUEST_OFFICER, f"{code.lower()}-{_SECOND}", closed)
    return people


def _hire(agency: Agency, role: Role, username: str, password: str) -> User:
    user = User.objects.create(
        username=username, full_name=f"{agency.display_name}{Role(role).label}", password=password
    )
    Membership.objects.create(user=user, agency=agency, role=role)
    return user
