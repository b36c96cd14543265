"""Triggers on annual reports: what is frozen stays as it was, with the figures that were stated for it.

The service refuses first and says why (services/report_drafting); these hold for whoever writes past it.
"""

# ruff: noqa: S608  (names of our own tables and columns)

from govportal.dbsetup import DatabaseObject, Rule, closed_while, guard, no_replacement
from requests_app.enums import ReportState
from requests_app.models import AnnualReport

_REPORT, _FIGURE = "requests_app_annualreport", "requests_app_reportfigure"


def guards() -> list[DatabaseObject]:
    return [
        report_guard(),
        figure_guard(),
        no_replacement(_REPORT, unique=[("agency_id", "year"), ("item_id",)]),
        no_replacement(_FIGURE, unique=[("agency_id", "year", "key")]),
    ]


def report_guard() -> DatabaseObject:
    """Nothing of a frozen report changes; its item is named once."""
    columns = [str(field.column) for field in AnnualReport._meta.concrete_fields if field.column != "item_id"]
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
    frozen = f"OLD.state = '{ReportState.FROZEN}'"
    item = "OLD.item_id IS NOT NULL AND OLD.item_id IS DISTINCT FROM NEW.item_id"
    return guard(
        f"{_REPORT}_guard",
        _REPORT,
        (Rule("UPDATE", f"{frozen} AND ({changed} OR {item})"), Rule("DELETE", frozen)),
        "a frozen annual report is never changed",
    )


def figure_guard() -> DatabaseObject:
    """No figure comes, goes or changes beside the frozen report of its own agency and year."""
    return closed_while(
        f"{_FIGURE}_guard",
        _FIGURE,
        f"EXISTS (SELECT 1 FROM {_REPORT} r WHERE r.agency_id = {{row}}.agency_id AND r.year = {{row}}.year "
        f"AND r.state = '{ReportState.FROZEN}')",
        "the figures of a frozen annual report are never changed",
    )
