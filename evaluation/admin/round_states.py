"""The state of a round with its tone, the same on every page of the desk."""

from collections.abc import Mapping

from disclosure.admin.register_verbs import toned
from evaluation.enums import RoundState
from evaluation.models import AssessmentRound

TONES: Mapping[str, str] = {
    RoundState.DRAFT: "info",
    RoundState.OPEN: "info",
    RoundState.FEEDBACK: "warn",
    RoundState.FROZEN: "ok",
    RoundState.CANCELLED: "bad",
}


def state_of(row: AssessmentRound) -> str:
    return toned(row.get_state_display(), TONES[row.state])
