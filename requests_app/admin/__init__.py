"""The staff's side of requests for disclosure. Who may open what is declared beside each class (access.open_admin)."""

from requests_app.admin import appeals, complaints, feedback, imports, offices, publication_tasks, reports, requests

__all__ = ["appeals", "complaints", "feedback", "imports", "offices", "publication_tasks", "reports", "requests"]
