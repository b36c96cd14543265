"""The image and the compose file run the same commands as the launcher."""

import re
from typing import Any

import pytest
import yaml

from govportal.launcher import services
from govportal.launcher.home import ROOT

OURS = ("prepare", *services.SERVICES)


@pytest.fixture
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


@pytest.fixture
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text()


def test_compose_runs_every_service(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {*OURS, "db", "redis"}
    assert {name: compose["services"][name]["command"][0] for name in OURS} == {name: name for name in OURS}


def test_compose_services_are_watched_and_without_privileges(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert "healthcheck" in service, name
        assert service["user"].split(":")[0] not in {"", "0", "root"}, name

    assert all(compose["services"][name]["cap_drop"] == ["ALL"] for name in OURS)


def test_compose_services_keep_their_state_in_declared_volumes(compose: dict[str, Any]) -> None:
    mounted = {volume.split(":")[0] for service in compose["services"].values() for volume in service["volumes"]}

    assert mounted == set(compose["volumes"])


def test_compose_web_waits_for_the_prepared_database(compose: dict[str, Any]) -> None:
    for name in services.SERVICES:
        assert compose["services"][name]["depends_on"]["prepare"] == {"condition": "service_completed_successfully"}


def test_compose_variables_are_ones_the_settings_read(compose: dict[str, Any]) -> None:
    settings = (ROOT / "govportal" / "settings.py").read_text()

    for name in compose["services"]["web"]["environment"]:
        assert f'"{name}"' in settings


def test_image_runs_the_script_without_privileges(dockerfile: str) -> None:
    commands = re.findall(r"^(?:ENTRYPOINT|CMD) (\[.*\])$", dockerfile, re.MULTILINE)

    assert [yaml.safe_load(command)[0] for command in commands] == ["./portal", "run"]
    assert dockerfile.index("USER portal") > dockerfile.index("RUN ./portal install")
    assert "HEALTHCHECK" in dockerfile
