"""The staff's side of disclosure. Who may open what is declared beside each class (access.open_admin)."""

from disclosure.admin import catalogue, events, items, obligations, receipts, rectifications, search, withholdings

__all__ = ["catalogue", "events", "items", "obligations", "receipts", "rectifications", "search", "withholdings"]
