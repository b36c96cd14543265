"""Words of surveys that stand in records, which are Chinese whatever language the page has, and in the audit trail."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evaluation.enums import Grade
from evaluation.survey_enums import SurveyAction, SurveyAspect

GRADE_WORDS: Mapping[Grade, str] = {
    Grade.EXCELLENT: "优秀",
    Grade.GOOD: "良好",
    Grade.FAIR: "一般",
    Grade.POOR: "差",
}
# What the invited are told on pages, slips and in mails: no more than holds, for MIN_INVITED makes nobody vote.
INVITED_SECRECY = _(
    "不记名：评议票上没有姓名、类别和时间，系统不记录哪一张是谁填的，结果也不单独列出。"
    "但受邀的人里只有一人填写时，管数据库的人推得出哪一张是他的。"
)
ASPECT_WORDS: Mapping[SurveyAspect, str] = {
    SurveyAspect.TRUE: "真实",
    SurveyAspect.ACCURATE: "准确",
    SurveyAspect.COMPLETE: "全面",
    SurveyAspect.TIMELY: "及时",
    SurveyAspect.PROCEDURE: "程序合规",
    SurveyAspect.INSTITUTIONS: "制度落实",
    SurveyAspect.OTHER: "其他",
}
AUDIT_WORDS: dict[str, Promise | str] = {
    "survey": _("社会评议"),
    "survey.start": _("筹备"),
    **{f"survey.{action}": action.label for action in SurveyAction},
    "survey.import_evaluators": _("导入特邀评议人员"),
    "survey.void_evaluator": _("取消邀请"),
    "survey.mail_tokens": _("邮件发放评议码"),
    "survey.print_tokens": _("印发纸质评议码"),
    "evaluator": _("特邀评议人员"),
    "evaluator.unmask": _("查看姓名和联系方式"),
    "evaluator.purge": _("清除期满的个人信息"),
}
