"""Whose a complaint is: which agencies can be complained of, at which desk, and who there may see the case.

Never the agency complained of, nor anybody who is of it in whatever role (domain §7).
"""

from govportal import access
from govportal.models import Agency, Membership, User
from govportal.models.agency import AgencyQuerySet
from govportal.permissions import ROLE_PERMISSIONS, Permission


def open_agencies() -> AgencyQuerySet:
    """The agencies that can be complained of: all that the register lists."""
    return Agency.objects.listed()


def desks_for(agency: Agency) -> list[Agency]:
    """The agencies with complaint officers that may handle a complaint against this one, the nearest first.

    First those above it whose officers reach down to it, then others with officers of their own: of a complaint
    against the government itself its supervision office. Nobody who is of the agency handles it, so a desk whose
    only officers are of it is none, and of any agency but the government those below it are none.
    """
    roles = [role for role, permissions in ROLE_PERMISSIONS.items() if Permission.HANDLE_COMPLAINT in permissions]
    own = User.objects.filter(memberships__agency=agency)
    posts = Membership.objects.filter(role__in=roles, user__is_active=True, agency__is_active=True)
    posts = posts.exclude(user__in=own).exclude(agency=agency).select_related("agency")
    if agency.parent_id:  # below the government itself stands every other body, its supervision office included
        posts = posts.exclude(agency__path__startswith=f"{agency.path}{agency.pk}/")
    above = [int(part) for part in agency.path.split("/") if part]
    found = {post.agency_id: post.agency for post in posts.order_by("agency_id")}

    def nearness(desk: Agency) -> tuple[int, str]:
        return (-above.index(desk.pk), "") if desk.pk in above else (1, desk.code)

    return sorted(found.values(), key=nearness)


def officers(desk: Agency, agency: Agency) -> list[User]:
    """Who may see a complaint against `agency` at this desk; as ComplaintQuerySet.visible_to."""
    case = (desk.pk, desk.path, agency.pk)
    found = access.holders_apart(Permission.HANDLE_COMPLAINT, [case])[case]
    return list(User.objects.filter(pk__in=found).order_by("pk")) if found else []
