import pytest

from govportal.services.agencies import initials_of


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("民政局", "mzj"),
        ("县民政局", "mzj"),
        ("澄明县民政局", "mzj"),
        ("县城市管理局", "csglj"),
        ("城市管理局", "csglj"),
        ("市场监督管理局", "scjdglj"),
        ("澄明县市场监督管理局", "scjdglj"),
        ("县政府", "zf"),
        ("河东镇", "hdz"),
    ],
)
def test_initials_leave_out_the_area(name: str, initials: str) -> None:
    assert initials_of(name) == initials
