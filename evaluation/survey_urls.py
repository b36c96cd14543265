"""Pages of the social evaluation; evaluation/urls.py includes them. No address holds a person."""

from django.urls import path

from evaluation.views import survey_ballot, survey_invited, survey_pages

urlpatterns = [
    path("surveys/", survey_pages.survey_list, name="surveys"),
    # Without its last stroke too, which otherwise a redirection would add that repeats the token.
    path("surveys/invited/<secret:token>", survey_invited.invited, name="survey_invited"),
    path("surveys/invited/<secret:token>/", survey_invited.invited, name="survey_invited"),
    path("surveys/<slug:slug>/", survey_pages.survey_page, name="survey"),
    path("surveys/<slug:slug>/ballot/", survey_ballot.ballot, name="survey_ballot"),
    path("surveys/<slug:slug>/thanks/", survey_ballot.thanks, name="survey_thanks"),
    path("surveys/<slug:slug>/results.csv", survey_pages.results_csv, name="survey_results_csv"),
    path("surveys/<slug:slug>/results.json", survey_pages.results_json, name="survey_results_json"),
]
