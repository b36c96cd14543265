import pytest

from disclosure.responsible import AgencyRegister, Registered

REGISTER = AgencyRegister(
    [
        Registered(1, "ZF", "澄明县人民政府办公室", "县政府办公室", "department"),
        Registered(2, "MZ", "澄明县民政局", "县民政局", "department"),
        Registered(3, "CZ", "澄明县财政局", "", "department"),
        Registered(4, "T1", "澄明县云溪镇人民政府", "云溪镇", "township"),
        Registered(5, "CZ-0", "澄明县财政局", "", "department"),
    ]
)


@pytest.mark.parametrize(
    ("text", "agencies"),
    [
        ("澄明县民政局", {2}),
        ("县民政局", {2}),
        ("（区民政局）", {2}),
        ("县级人民政府民政部门", {2}),
        ("民政局、财政局", {2, 3}),
        ("云溪镇人民政府", {4}),
        ("澄明县财政局", {3}),
    ],
)
def test_find_names_agencies_of_register(text: str, agencies: set[int]) -> None:
    found = REGISTER.find(text)

    assert set(found.agencies) == agencies
    assert not found.unmapped


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("乡镇人民政府", ("township",)),
        ("镇级人民政府", ("township",)),
        ("街道办事处", ("township",)),
        ("各政府部门及乡镇", ("department", "township")),
        ("相关审批部门", ("department",)),
        ("乡镇人民政府 行政村村民委员会", ("township", "village")),
        ("住房保障行政主管部门", ("department",)),
    ],
)
def test_find_of_generic_words_gives_kinds(text: str, kinds: tuple[str, ...]) -> None:
    found = REGISTER.find(text)

    assert (found.agencies, found.kinds, found.unmapped) == (frozenset(), kinds, ())


@pytest.mark.parametrize("text", ["赣州市石城生态环境局", "（县级主管部门，名称被遮盖）", "（截断）", "石羊镇中心学校"])
def test_find_of_body_not_in_register_is_unmapped(text: str) -> None:
    found = REGISTER.find(text)

    assert not found.agencies
    assert found.unmapped


def test_by_codes_reports_unknown_code() -> None:
    found = REGISTER.by_codes(["MZ", "XX"])

    assert set(found.agencies) == {2}
    assert found.unmapped == ("XX",)
