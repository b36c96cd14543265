"""What rounds add to the kernel: triggers, words of the trail and of mails; called by EvaluationConfig.ready()."""

from django.utils.translation import gettext_lazy as _

from evaluation import database
from evaluation.services import demo_rounds
from evaluation.services.rounds import NOTICE_KIND
from evaluation.workflow import FindingAction, ObjectionAction, RoundAction
from govportal import contributions, dbsetup

AUDIT_WORDS = {
    "assessmentround": _("考核"),
    "assessmentround.make": _("建立考核"),
    "assessmentround.change": _("修改考核"),
    **{f"assessmentround.{action}": action.label for action in RoundAction},
    "finding": _("考核发现的问题"),
    **{f"finding.{action}": action.label for action in FindingAction},
    "objection": _("异议"),
    **{f"objection.{action}": action.label for action in ObjectionAction},
    "assessment": _("单位考核"),
    "assessment.confirm": _("确认无异议"),
    "assessment.leave_out": _("不参加排名"),
}


def contribute() -> None:
    for trigger in database.guards():
        dbsetup.declare(trigger)
    contributions.audit_words.update(AUDIT_WORDS)
    contributions.demo_chapters.add(contributions.DemoChapter("rounds", demo_rounds.tell, position=140))
    contributions.notice_kinds[NOTICE_KIND] = _("考核结果和异议")
