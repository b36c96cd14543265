"""Where the public summary of a case stands: the officer who drafted it may not open it, and must know who goes on."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from disclosure import workflow
from disclosure.admin.confirm import signer_names
from disclosure.enums import EditionState, ItemState
from disclosure.models import Edition, Item
from disclosure.services.publish import open_edition
from govportal import access
from govportal.permissions import Permission


def summary_words(item: Item) -> str:
    """Its state, and while nobody can read it what comes next and who does it."""
    if item.state != ItemState.UNPUBLISHED:
        return item.get_state_display()
    edition = open_edition(item)
    if edition is None:
        return _("草稿已废弃，没有公开")
    state, task, names = _next(edition)
    words = {"state": state, "agency": item.agency.display_name, "task": task, "names": "、".join(names)}
    if not words["names"]:
        return _("%(state)s，下一步由%(agency)s%(task)s，目前没有可以办理的人") % words
    return _("%(state)s，下一步由%(agency)s%(task)s（%(names)s）") % words


def _next(edition: Edition) -> tuple[str, str, list[str]]:
    """(state in words, what is to be done next, by whom)."""
    if edition.state == EditionState.DRAFT:
        return _("未提交"), _("承办人修改、送审"), _holders(edition, Permission.DRAFT_ITEM)
    if step := workflow.due_step(edition.state, edition.steps):
        return _("审查中"), str(step.label), signer_names(edition, step)
    return edition.get_state_display(), _("审定人或者承办人公开"), _holders(edition, Permission.PUBLISH_ITEM)


def _holders(edition: Edition, permission: Permission) -> list[str]:
    people: Iterable[object] = access.holders(permission, edition.item.agency)
    return [str(person) for person in people]
