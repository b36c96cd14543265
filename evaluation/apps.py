from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = _("考核评议")

    def ready(self) -> None:
        """Tell the kernel what its pages and jobs need from here (govportal/contributions.py)."""
        from evaluation import (
            accountability_contributions,
            entry_contributions,
            indicator_contributions,
            objection_contributions,
            round_contributions,
            scorecard_contributions,
            survey_contributions,
        )

        round_contributions.contribute()
        accountability_contributions.contribute()
        entry_contributions.contribute()
        indicator_contributions.contribute()
        survey_contributions.contribute()
        scorecard_contributions.contribute()
        objection_contributions.contribute()
