"""Who bears what (《…责任追究办法》第十条), by a table written down here a second time; and what goes together."""

from itertools import product

from evaluation.accountability_division import Charge, divide, is_told, reasons_against_together
from evaluation.accountability_enums import Circumstance, Part, Responsibility
from evaluation.accountability_rules import DIVISION_BASIS

C, P, R = Circumstance, Part, Responsibility
# Every combination but these is unknown to the article.
TABLE = {
    (C.NOT_SOUGHT, P.UNDERTAKER, False): (R.WHOLE, "（一）"),
    (C.NOT_SOUGHT, P.HEAD_IN_CHARGE, False): (R.NONE, "（一）"),
    (C.APPROVED, P.UNDERTAKER, False): (R.SECONDARY, "（二）"),
    (C.APPROVED, P.HEAD_IN_CHARGE, False): (R.MAIN, "（二）"),
    (C.KEPT_SILENT, P.UNDERTAKER, False): (R.WHOLE, "（二）"),
    (C.KEPT_SILENT, P.HEAD_IN_CHARGE, False): (R.NONE, "（二）"),
    (C.OVERRULED, P.UNDERTAKER, False): (R.NONE, "（二）"),
    (C.OVERRULED, P.HEAD_IN_CHARGE, False): (R.MAIN, "（二）"),
    (C.COLLECTIVE, P.MAIN_LEADER, False): (R.MAIN, "（三）"),
    (C.COLLECTIVE, P.MEMBER, False): (R.SECONDARY, "（三）"),
    (C.COLLECTIVE, P.MEMBER, True): (R.NONE, "（三）"),
}


def test_every_combination_bears_what_the_article_says() -> None:
    for circumstance, part, dissent in product(Circumstance, Part, [False, True]):
        share = divide(circumstance, part, dissent_on_record=dissent)
        found = (
            (share.responsibility, share.basis.removeprefix(f"{DIVISION_BASIS}第").removesuffix("项"))
            if share
            else None
        )
        assert found == TABLE.get((circumstance, part, dissent)), (circumstance, part, dissent)


def test_told_is_who_bears_the_same_or_less() -> None:
    """None of the others: heavier, or as heavy for another reason."""
    lighter = {(R.WHOLE, R.MAIN), (R.WHOLE, R.SECONDARY), (R.MAIN, R.SECONDARY), *((bears, R.NONE) for bears in R)}
    for told, found in product(R, R):
        before = Charge(P.UNDERTAKER, C.APPROVED, told)
        assert is_told(before, Charge(P.UNDERTAKER, C.APPROVED, found)) == (told == found or (told, found) in lighter)
        for other in (Charge(P.UNDERTAKER, C.KEPT_SILENT, found), Charge(P.MEMBER, C.APPROVED, found)):
            assert is_told(before, other) == ((told, found) in lighter), (told, other)


def test_shares_that_do_not_go_together_are_refused() -> None:
    together = {
        "undertaker and head": ([(C.APPROVED, R.SECONDARY), (C.APPROVED, R.MAIN)], 0),
        "two undertakers, one of whom advised": (
            [(C.APPROVED, R.SECONDARY), (C.OVERRULED, R.NONE), (C.APPROVED, R.MAIN)],
            0,
        ),
        "silent undertaker and head": ([(C.KEPT_SILENT, R.WHOLE), (C.KEPT_SILENT, R.NONE)], 0),
        "whole beside main": ([(C.KEPT_SILENT, R.WHOLE), (C.APPROVED, R.MAIN)], 1),
        "whole beside secondary": ([(C.KEPT_SILENT, R.WHOLE), (C.APPROVED, R.SECONDARY)], 1),
        "alone and by all": ([(C.NOT_SOUGHT, R.WHOLE), (C.COLLECTIVE, R.SECONDARY)], 2),
        "approved and by all": ([(C.APPROVED, R.MAIN), (C.COLLECTIVE, R.MAIN)], 1),
        "nobody": ([], 0),
    }
    for name, (people, reasons) in together.items():
        assert len(reasons_against_together(people)) == reasons, name
