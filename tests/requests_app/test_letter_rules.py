from typing import Any

import pytest
from django.template.loader import get_template

from requests_app.enums import Outcome, ReplyKind
from requests_app.letter_rules import LETTER_RULES, Addressee, LetterKind, Remedy
from requests_app.rules import REPLY_RULES

# By hand, from the law: article, row of table 3 and remedy of every letter.
LAW = {
    "registration_receipt": ("第三十一条、第四十五条", None, "none"),
    "correction": ("第三十条", None, "none"),
    "reasons": ("第三十五条", None, "none"),
    "extension": ("第三十三条第二款", None, "none"),
    "third_party_inquiry": ("第三十二条", None, "none"),
    "co_agency_inquiry": ("第三十四条", None, "none"),
    "pause": ("第三十三条第三款", None, "none"),
    "third_party_decision": ("第三十二条", None, "either"),
    "delay": ("第三十五条", None, "none"),
    "fee": ("第四十二条和《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）", None, "none"),
    "transfer": ("第十条", None, "none"),
    "already_public": ("第三十六条第一项", "r1", "either"),
    "disclosed": ("第三十六条第二项、第四十条", "r1", "either"),
    "partial": ("第三十七条", "r2", "review_first_in_part"),
    "state_secret": ("第十四条、第三十六条第三项", "r3_1", "review_first"),
    "forbidden_by_law": ("第十四条、第三十六条第三项", "r3_2", "review_first"),
    "security": ("第十四条、第三十六条第三项", "r3_3", "review_first"),
    "third_party": ("第十五条、第三十二条、第三十六条第三项", "r3_4", "review_first"),
    "internal_affairs": ("第十六条第一款、第三十六条第三项", "r3_5", "review_first"),
    "deliberative": ("第十六条第二款、第三十六条第三项", "r3_6", "review_first"),
    "enforcement_file": ("第十六条第二款、第三十六条第三项", "r3_7", "review_first"),
    "special_regime": ("第三十六条第七项", "r3_8", "by_setting"),
    "not_existing": ("第三十六条第四项", "r4_1", "either"),
    "not_ours": ("第三十六条第五项", "r4_1", "either"),
    "needs_processing": ("第三十八条", "r4_2", "by_setting"),
    "still_unclear": ("第二十九条、第三十条", "r4_3", "either"),
    "petition": ("第三十九条第一款", "r5_1", "by_setting"),
    "duplicate": ("第三十六条第六项", "r5_2", "by_setting"),
    "publication": ("第三十九条第二款", "r5_3", "by_setting"),
    "excessive": ("第三十五条", "r5_4", "either"),
    "confirmation": ("第三十八条", "r5_5", "either"),
    "not_corrected": ("第三十条", "r6_1", "either"),
    "not_paid": ("第四十二条和《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）", "r6_2", "either"),
    "record_corrected": ("第四十一条", "r6_3", "either"),
    "other": ("第三十三条", "r6_3", "either"),
}


def test_every_letter_rests_on_its_article_and_names_its_remedy() -> None:
    outcomes = {kind.value: rule.outcome for kind, rule in REPLY_RULES.items()}

    found = {
        kind.value: (
            rule.basis.removeprefix("《中华人民共和国政府信息公开条例》"), outcomes.get(kind.value), rule.remedy.value,
        )
        for kind, rule in LETTER_RULES.items()
    }  # fmt: skip

    assert found == LAW


def test_every_reply_has_a_letter_of_its_name() -> None:
    assert set(ReplyKind.values) <= set(LetterKind.values)
    assert {Outcome(row) for _basis, row, _remedy in LAW.values() if row} == set(Outcome)


def test_only_withholding_by_article_14_to_16_puts_review_first() -> None:
    withheld = {kind.value for kind, rule in REPLY_RULES.items() if rule.ground}

    assert {kind.value for kind, rule in LETTER_RULES.items() if rule.remedy is Remedy.REVIEW_FIRST} == withheld


@pytest.mark.parametrize("kind", LetterKind)
def test_every_letter_has_a_template_of_its_own(kind: LetterKind) -> None:
    template: Any = get_template(LETTER_RULES[kind].template)

    assert template.template.name == f"requests_app/letters/{kind.value}.html"


@pytest.mark.parametrize("kind", LetterKind)
def test_no_fact_has_two_meanings_in_one_letter(kind: LetterKind) -> None:
    rule = LETTER_RULES[kind]
    names = [fact.name for fact in (*rule.always, *rule.optional)]

    assert len(names) == len(set(names))


def test_letters_to_others_need_nothing_of_the_request() -> None:
    others = [rule for rule in LETTER_RULES.values() if rule.addressee is not Addressee.APPLICANT]

    assert len(others) == 3
    assert not any(fact.name in ("request_number", "received_on") for rule in others for fact in rule.always)
