"""What sets of indicators add to the kernel's pages, database and audit words; called by EvaluationConfig.ready()."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evaluation import indicator_database
from evaluation.indicator_workflow import SetAction
from govportal import contributions, dbsetup

AUDIT_WORDS: dict[str, Promise | str] = {
    "indicatorset": _("考核指标体系"),
    "indicatorset.make": _("编制"),
    "indicatorset.import": _("导入指标表"),
    **{f"indicatorset.{action}": action.label for action in SetAction if action != SetAction.FILL},
    "indicatorgroup": _("指标组"),
    "indicatorgroup.add": _("新增"),
    "indicatorgroup.change": _("修改"),
    "indicatorgroup.move": _("移动"),
    "indicatorgroup.remove": _("删除"),
    "indicator": _("考核指标"),
    "indicator.add": _("新增"),
    "indicator.change": _("修改"),
    "indicator.move": _("移动"),
    "indicator.remove": _("删除"),
}
LIST_NOTE = _("每年考核什么、怎么计分；施行以后不再变化。")


def contribute() -> None:
    for trigger in indicator_database.guards():
        dbsetup.declare(trigger)
    contributions.audit_words.update(AUDIT_WORDS)
    contributions.list_notes["evaluation.indicatorset"] = LIST_NOTE
