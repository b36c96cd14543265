from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = _("考核评议")

    def ready(self) -> None:
        """Tell the kernel what its pages and jobs need from here (govportal/contributions.py)."""
        from evaluation import round_contributions

        round_contributions.contribute()
