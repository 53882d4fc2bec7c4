"""docker/k8s."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.packaging.files import DOCKER, K8S, MANIFESTS, ROOT, documents, of_kind, pods, settings_file

KUBERNETES = "1.30"
"""The oldest version that the manifests are for."""
SHARED = settings_file(K8S / "common/settings.env")
SCALED = "notifyhub-worker"


def valid(document: dict[str, Any]) -> bool:
    kubernetes_validate.validate(document, KUBERNETES, strict=True)
    return True


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_a_manifest_is_what_kubernetes_asks_for(path: Path) -> None:
    assert all(valid(document) for document in documents(path))


@pytest.mark.parametrize("folder", ["notifyhub", "migrate", "emulator"])
def test_kustomize_makes_valid_manifests_with_our_image(folder: str, tmp_path: Path) -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    shutil.copytree(K8S, tmp_path / "k8s")
    shutil.copy(K8S / "common/secret.env.example", tmp_path / "k8s/common/secret.env")

    command = ["kubectl", "kustomize", str(tmp_path / "k8s" / folder)]
    made = list(yaml.safe_load_all(subprocess.run(command, capture_output=True, check=True).stdout))

    assert all(valid(document) for document in made)
    [image] = documents(K8S / "common/kustomization.yaml")[0]["images"]
    images = {
        container["image"]
        for document in made
        if document["kind"] in ("Deployment", "Job")
        for container in document["spec"]["template"]["spec"]["containers"]
    }
    assert images == {f"{image['newName']}:{image['newTag']}"}
    assert {document["metadata"].get("namespace", "notifyhub") for document in made} == {"notifyhub"}


def test_the_image_is_that_of_this_version() -> None:
    [image] = documents(K8S / "common/kustomization.yaml")[0]["images"]

    assert image["newTag"] == version("notifyhub")


@pytest.mark.parametrize("folder", ["notifyhub", "migrate", "emulator", "common"])
def test_every_manifest_is_named_in_its_kustomization(folder: str) -> None:
    [kustomization] = documents(K8S / folder / "kustomization.yaml")

    assert {path.name for path in MANIFESTS if path.parent.name == folder} == set(kustomization["resources"])


@pytest.mark.parametrize("name", sorted(pods()))
def test_a_pod_has_no_rights(name: str) -> None:
    pod = pods()[name]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"requests", "limits"} == set(container["resources"])


@pytest.mark.parametrize("name", sorted(pods()))
def test_kubernetes_adds_no_variables_that_look_like_settings(name: str) -> None:
    # It would add NOTIFYHUB_API_PORT=tcp://… for the Service notifyhub-api, and so on.
    assert pods()[name]["enableServiceLinks"] is False


@pytest.mark.parametrize("name", ["notifyhub-api", "notifyhub-worker", "notifyhub-scheduler"])
def test_a_pod_has_time_to_end(name: str) -> None:
    pod = pods()[name]
    [container] = pod["containers"]
    before = container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", ["sleep", "0"])

    needed = int(before[1]) + float(SHARED["NOTIFYHUB_DRAIN_S"])
    assert pod["terminationGracePeriodSeconds"] > needed + 10


@pytest.mark.parametrize("name", ["notifyhub-api", "notifyhub-worker", "notifyhub-scheduler"])
def test_nodes_are_emptied_one_pod_at_a_time(name: str) -> None:
    pods_of = of_kind("Deployment")[name]["spec"]["template"]["metadata"]["labels"]

    budget = of_kind("PodDisruptionBudget")[name]["spec"]
    assert budget["selector"]["matchLabels"].items() <= pods_of.items()


@pytest.mark.parametrize("name", sorted(of_kind("Service")))
def test_a_service_leads_to_ports_of_its_pods(name: str) -> None:
    service, pod = of_kind("Service")[name]["spec"], of_kind("Deployment")[name]["spec"]["template"]

    ports = {port["name"] for port in pod["spec"]["containers"][0]["ports"]}
    assert service["selector"].items() <= pod["metadata"]["labels"].items()
    assert {port["targetPort"] for port in service["ports"]} <= ports


def test_the_ingress_leads_to_the_api() -> None:
    [rule] = of_kind("Ingress")["notifyhub"]["spec"]["rules"]
    [path] = rule["http"]["paths"]

    assert path["backend"]["service"] == {"name": "notifyhub-api", "port": {"name": "http"}}
    assert "notifyhub-api" in of_kind("Service")


def test_the_metrics_are_scraped_at_the_port_of_the_settings() -> None:
    port = SHARED["NOTIFYHUB_METRICS_PORT"]
    for deployment in (of_kind("Deployment")[f"notifyhub-{role}"] for role in ("api", "worker", "scheduler")):
        template = deployment["spec"]["template"]
        [container] = template["spec"]["containers"]

        assert template["metadata"]["annotations"]["prometheus.io/port"] == port
        assert {"name": "metrics", "containerPort": int(port)} in container["ports"]


def test_workers_are_scaled_by_a_metric_that_the_adapter_has() -> None:
    scaler = of_kind("HorizontalPodAutoscaler")[SCALED]["spec"]
    [rule] = documents(K8S / "prometheus-adapter.yaml")[0]["rules"]["external"]

    assert scaler["scaleTargetRef"]["name"] == SCALED
    assert [one["external"]["metric"]["name"] for one in scaler["metrics"]] == [rule["name"]["as"]]
    # The autoscaler decides; a number here would be set again with each apply.
    assert "replicas" not in of_kind("Deployment")[SCALED]["spec"]


def test_the_adapter_asks_for_metrics_that_exist() -> None:
    [rule] = documents(K8S / "prometheus-adapter.yaml")[0]["rules"]["external"]
    known = (ROOT / "docs/metrics.md").read_text() + (DOCKER / "prometheus/alerts.yml").read_text()

    asked = set(re.findall(r"notifyhub[a-z_:]+", f"{rule['seriesQuery']} {rule['metricsQuery']}"))
    assert asked
    assert all(re.search(rf"(`|record: ){name}\b", known) for name in asked)
