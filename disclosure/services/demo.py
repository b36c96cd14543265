"""The demo county: what `./portal run` shows first. Uses the same services as everybody."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.timezone import localdate

from disclosure.models import Item
from disclosure.services.demo_boards import Walls
from disclosure.services.demo_obligations import seed_obligations
from disclosure.services.demo_registers import seed_registers
from disclosure.services.demo_story import Story
from disclosure.services.demo_texts import FOLDER, load
from disclosure.services.import_catalogue import import_catalogue
from govportal import reminders
from govportal.calendar import load_calendar
from govportal.contributions import DemoCounty, demo_chapters
from govportal.html import sanitise
from govportal.models import Agency, InboxMessage, InternalBody, Leader, Membership, Notice, SiteProfile, User
from govportal.permissions import Role
from govportal.services.agencies import save_agency
from govportal.workdays import is_working_day

# The accounts that are shown to whoever tries the demo: one a role, at the office that holds it; and those who bring a
# text through at 县政府, whose desk has the summaries of complaints.
ACCOUNTS = (
    ("admin", "县管理员", Role.ADMINISTRATOR, "CM-GOV"),
    ("chengban", "民政局承办人", Role.PUBLISHER, "CM-MZJ"),
    ("baomi", "民政局保密审查员", Role.SECRECY_REVIEWER, "CM-MZJ"),
    ("yushen", "民政局预审员", Role.PRE_REVIEWER, "CM-MZJ"),
    ("fushen", "民政局复审员", Role.SECOND_REVIEWER, "CM-MZJ"),
    ("shending", "民政局审定人", Role.APPROVER, "CM-MZJ"),
    ("bangong", "民政局办公室主任", Role.OFFICE_HEAD, "CM-MZJ"),
    ("shenqing", "民政局依申请公开经办", Role.REQUEST_OFFICER, "CM-MZJ"),
    ("jiaotong", "交通运输局依申请公开经办", Role.REQUEST_OFFICER, "CM-JTJ"),
    ("qianfa", "交通运输局公开机构负责人", Role.OFFICE_HEAD, "CM-JTJ"),
    ("shouli", "县政府办依申请公开经办", Role.REQUEST_OFFICER, "CM-ZFB"),
    ("tousu", "县政府办投诉举报经办", Role.COMPLAINT_OFFICER, "CM-GOV"),
    ("jiancha", "司法局投诉举报经办", Role.COMPLAINT_OFFICER, "CM-SFJ"),
    ("xianban", "县政府办承办人", Role.PUBLISHER, "CM-GOV"),
    ("xianbao", "县政府办保密审查员", Role.SECRECY_REVIEWER, "CM-GOV"),
    ("xianyu", "县政府办预审员", Role.PRE_REVIEWER, "CM-GOV"),
    ("xianfu", "县政府办复审员", Role.SECOND_REVIEWER, "CM-GOV"),
    ("xianshen", "县政府办审定人", Role.APPROVER, "CM-GOV"),
    ("kaohe", "县政务公开考核组成员", Role.INSPECTOR, "CM-GOV"),
    ("zuzhang", "县政务公开考核组组长", Role.INSPECTOR, "CM-GOV"),
    ("jiaocha", "财政局交叉检查人员", Role.INSPECTOR, "CM-CZJ"),
    ("jiandu", "政务公开监督员", Role.SUPERVISOR, "CM-GOV"),
    ("gongkai", "县政府办公开机构负责人", Role.OFFICE_HEAD, "CM-ZFB"),
    ("juzhang", "民政局局长", Role.AGENCY_HEAD, "CM-MZJ"),
    ("zhigong", "民政局工作人员", Role.STAFF, "CM-MZJ"),
    ("zhen", "河东镇承办人", Role.PUBLISHER, "CM-HDZ"),
)


PROCEDURE_ROLES = (
    Role.PUBLISHER,
    Role.SECRECY_REVIEWER,
    Role.PRE_REVIEWER,
    Role.SECOND_REVIEWER,
    Role.APPROVER,
)


@dataclass(frozen=True, slots=True)
class Account:
    username: str
    password: str
    full_name: str
    role: str


@dataclass(frozen=True, slots=True)
class Seeded:
    """The accounts with their fresh passwords, and what else is worth trying, one line each."""

    accounts: list[Account]
    notes: list[str]


def is_seeded() -> bool:
    return Item.objects.exists() or Agency.objects.exists()


@transaction.atomic
def seed(today: date, now: datetime) -> Seeded:
    """Fill an empty portal, with the chapters of the upper apps after our own."""
    _seed_site()
    agencies = _seed_agencies()
    accounts = _seed_users(agencies)
    admin = User.objects.get(username="admin")
    import_catalogue(FOLDER / "catalogue.csv", actor=admin)
    story = Story(today, now, agencies)
    walls = Walls(story)
    story.tell(walls.happenings())
    people = {user.username: user for user in User.objects.all()}
    seed_registers(today, now, agencies, people)
    seed_obligations(today, now, agencies, story.members)
    walls.issue_today()
    county = DemoCounty(today, now, agencies, people)
    notes = [line for chapter in demo_chapters.all() for line in chapter.tell(county)]
    # What was told in the year that has just been made up has long been read; what reminds today is new.
    InboxMessage.objects.all().delete()
    reminders.remind(last_working_moment(now))
    Notice.objects.all().delete()  # nobody of the county is mailed
    return Seeded(accounts, notes)


def last_working_moment(now: datetime) -> datetime:
    """Now, or on a day off, when nobody is reminded, the same hour of the last working day."""
    calendar = load_calendar()
    while not is_working_day(localdate(now), calendar):
        now -= timedelta(days=1)
    return now


def _seed_site() -> None:
    values = load("site.toml")
    known = {f.name for f in SiteProfile._meta.concrete_fields}
    html = {"guide", "institutions", "accessibility", "privacy", "help"}
    values = {key: sanitise(value) if key in html else value for key, value in values.items() if key in known}
    SiteProfile.objects.update_or_create(pk=1, defaults=values)


def _seed_agencies() -> dict[str, Agency]:
    agencies: dict[str, Agency] = {}
    for position, raw in enumerate(load("agencies.toml")["agency"], 1):
        bodies, leaders = raw.pop("bodies", []), raw.pop("leaders", [])
        first, second, specific = raw.pop("responsible")
        parent = raw.pop("parent", "")
        agency = Agency(
            **raw,
            parent=agencies[parent] if parent else None,
            position=position,
            first_responsible=first,
            second_responsible=second,
            specific_responsible=specific,
        )
        save_agency(agency)
        agencies[agency.code] = agency
        InternalBody.objects.bulk_create(InternalBody(agency=agency, position=n, **row) for n, row in enumerate(bodies))
        Leader.objects.bulk_create(Leader(agency=agency, position=n, **row) for n, row in enumerate(leaders))
    return agencies


def _seed_users(agencies: dict[str, Agency]) -> list[Account]:
    accounts = []
    for username, full_name, role, code in ACCOUNTS:
        password = secrets.token_urlsafe(9)
        user = User.objects.create_user(username, f"{username}@chengming.example", password, full_name=full_name)
        Membership.objects.create(user=user, agency=agencies[code], role=role)
        accounts.append(Account(username, password, full_name, str(Role(role).label)))
    # Each agency has somebody for every step of the review, and nobody for two; they cannot log in.
    closed = make_password(None)
    people = [
        User(username=f"{code.lower()}-{role}", full_name=f"{agency.display_name}{Role(role).label}", password=closed)
        for code, agency in agencies.items()
        for role in PROCEDURE_ROLES
    ]
    saved = {user.username: user for user in User.objects.bulk_create(people)}
    Membership.objects.bulk_create(
        Membership(user=saved[f"{code.lower()}-{role}"], agency=agency, role=role)
        for code, agency in agencies.items()
        for role in PROCEDURE_ROLES
    )
    return accounts
