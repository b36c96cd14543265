from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.govportal.admin.pages import Tree


@pytest.fixture
def tree(db: None) -> "Tree":
    from tests.govportal.admin.pages import Tree  # pytest reads this file before the models are ready

    return Tree()
