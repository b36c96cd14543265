"""The staff's side of disclosure. Who may open what is declared beside each class (access.open_admin)."""

from disclosure.admin import (
    badges,
    board_sheets,
    boards,
    catalogue,
    events,
    items,
    obligations,
    print_jobs,
    receipts,
    rectifications,
    search,
    withholdings,
)

__all__ = [
    "badges",
    "board_sheets",
    "boards",
    "catalogue",
    "events",
    "items",
    "obligations",
    "print_jobs",
    "receipts",
    "rectifications",
    "search",
    "withholdings",
]
