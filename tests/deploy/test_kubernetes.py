"""The manifests: held against Kubernetes' own schemas, and against each other."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
import yaml

from tests.deploy.programs import DEPLOY, program

FOLDER = DEPLOY / "kubernetes"
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
MANIFESTS = {each["kind"]: each for name in KUSTOMIZATION["resources"]
             for each in yaml.safe_load_all((FOLDER / name).read_text())}  # fmt: skip
POD = MANIFESTS["Deployment"]["spec"]["template"]
(CONTAINER,) = POD["spec"]["containers"]


def variables() -> dict[str, str]:
    return {each["name"]: each["value"] for each in CONTAINER["env"]}


@pytest.mark.parametrize("name", KUSTOMIZATION["resources"])
def test_a_manifest_fits_the_schema_of_its_kind(name: str) -> None:
    validate = program("kubernetes-validate")
    if validate is None:
        pytest.skip("there is no kubernetes-validate")
    finished = subprocess.run(
        [validate, "--strict", str(FOLDER / name)], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "WARN" not in finished.stdout + finished.stderr


def test_every_file_of_the_folder_is_applied() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {*KUSTOMIZATION["resources"], "kustomization.yaml"}
    assert set(MANIFESTS) == {"Deployment", "Service", "PersistentVolumeClaim"}


def test_the_service_finds_the_pods_and_a_client_the_replica_with_its_session() -> None:
    service, labels = MANIFESTS["Service"]["spec"], POD["metadata"]["labels"]
    assert service["selector"].items() <= labels.items()
    assert MANIFESTS["Deployment"]["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert service["ports"][0]["targetPort"] in {port["name"] for port in CONTAINER["ports"]}
    assert service["sessionAffinity"] == "ClientIP"


def test_no_variable_of_the_service_is_taken_for_an_option() -> None:
    name = MANIFESTS["Service"]["metadata"]["name"].replace("-", "_").upper()
    assert f"{name}_PORT" == "VOICE_SERVER_PORT"
    assert POD["spec"]["enableServiceLinks"] is False


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
def test_a_probe_asks_what_needs_no_token_by_a_name_that_is_always_answered(probe: str) -> None:
    request: dict[str, Any] = CONTAINER[probe]["httpGet"]
    assert request["path"] in ("/ready", "/page")
    assert request["httpHeaders"] == [{"name": "Host", "value": "localhost"}]


def test_the_root_file_system_is_read_only_and_all_that_is_written_is_mounted() -> None:
    mounts = {mount["mountPath"]: mount["name"] for mount in CONTAINER["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in POD["spec"]["volumes"]}
    (secret,) = KUSTOMIZATION["secretGenerator"]
    assert CONTAINER["securityContext"]["readOnlyRootFilesystem"] is True
    assert set(mounts.values()) == set(volumes)
    assert {"/data", "/tmp"} <= set(mounts)
    assert volumes["token"]["secret"]["secretName"] == secret["name"]
    token_file = variables()["VOICE_SERVER_TOKEN_FILE"]
    assert mounts[token_file.rpartition("/")[0]] == "token"
    assert secret["files"] == [token_file.rpartition("/")[2]]
    claim = volumes["data"]["persistentVolumeClaim"]["claimName"]
    assert claim == MANIFESTS["PersistentVolumeClaim"]["metadata"]["name"]


def test_a_pod_has_time_to_speak_its_open_turns_to_their_end() -> None:
    before = CONTAINER["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert (
        POD["spec"]["terminationGracePeriodSeconds"] > before + 30 + 5
    )  # `drain_s`, and what clients get to read
