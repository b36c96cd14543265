"""Pages of messages and correction reports; requests_app/urls.py includes them. No address holds a query code."""

from django.urls import path

from requests_app.views import feedback

urlpatterns = [
    path("feedback/", feedback.start, name="feedback"),
    path("feedback/new/", feedback.new, name="feedback_new"),
    path("feedback/sent/<slug:number>/<slug:seal>/", feedback.sent, name="feedback_sent"),
    path("feedback/lookup/", feedback.lookup, name="feedback_lookup"),
]
