"""What is left of a name in public: enough for those concerned, too little for everybody else."""

import pytest

from disclosure.masking import shown_party


@pytest.mark.parametrize(
    ("party", "shown"),
    [
        ("张明", "张*"),
        ("张建明", "张*明"),
        ("欧阳建明", "欧阳*明"),
        ("欧阳明", "欧阳*"),
        ("诸葛", "诸*"),
        ("买买提·吐尔逊", "买*****逊"),
        ("张 明", "张*"),
        ("张建明、李华", "张*明、李*"),
        ("张建明等3人", "张*明等3人"),
        ("张建明（货车驾驶员）", "张*明（货车驾驶员）"),
        ("John Smith", "J*** S****"),
        ("澄明县老王面馆（经营者：王老五）", "澄明县老王面馆（经营者：王*五）"),
        ("澄明建工集团，法定代表人曲向东", "澄明建工集团，法定代表人曲*东"),
    ],
)
def test_party_that_is_a_person_is_masked(party: str, shown: str) -> None:
    assert shown_party(party) == shown


@pytest.mark.parametrize(
    "party",
    [
        "澄明建工集团有限公司",
        "老王面馆",
        "县一中校",
        "河东小吃（个体工商户）",
        "Acme Trading Ltd",
        "澄明县柳园镇人民政府",
        "张*明",
        "欧阳*明、李*",
        "张某某",
        "举报人（姓名依法保密）",
        "91410399MA4X1K2B3C",
        "123456789012345678",
        "",
    ],
)
def test_party_fit_to_be_public_stays(party: str) -> None:
    assert shown_party(party) == party


@pytest.mark.parametrize("party", ["张建明 11010519491231002X", "11010519491231002X", "张建明130503670401001"])
def test_number_of_an_identity_paper_is_left_out(party: str) -> None:
    shown = shown_party(party)

    assert not any(character.isdigit() for character in shown)
    assert "建" not in shown


@pytest.mark.parametrize("party", ["张建明、李华", "澄明县老王面馆（经营者：王老五）", "John Smith", "买买提·吐尔逊"])
def test_masking_twice_changes_nothing(party: str) -> None:
    once = shown_party(party)

    assert shown_party(once) == once
