"""The compose file, as far as it can be judged without Docker."""

import re
from pathlib import Path

import pytest
import yaml

from docs import generate
from shared.settings import ServiceSettings
from tests.unit.deploy import dockerfile
from tocsin.stack.programs import SERVICES

ROOT = Path(__file__).resolve().parents[3]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
_, STAGES = dockerfile.parse((ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8"))
CLASSES = {settings.__name__.removesuffix("Settings").lower(): settings for settings in generate.settings_classes()}
ONE_SHOT = {"topics"}

every_service = pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
every_own = pytest.mark.parametrize("name", sorted(n for n, s in COMPOSE["services"].items() if "build" in s))


def service(name: str) -> dict:
    return COMPOSE["services"][name]


def target(name: str) -> str:
    return service(name)["build"]["target"]


def variables_of(settings: type[ServiceSettings]) -> set[str]:
    rows = [row for name, field in settings.model_fields.items() for row in generate._setting_rows((name,), field)]
    return {row[0].strip("`") for row in rows}


def test_every_process_of_the_local_stack_is_a_service():
    own = {name for name in COMPOSE["services"] if "build" in service(name)}
    assert own - ONE_SHOT == {name.replace(".", "-") for name in SERVICES}


@every_own
def test_a_service_runs_what_the_local_stack_runs(name):
    if name in ONE_SHOT:
        return
    module, *arguments = SERVICES[name.replace("-", ".")]
    last = dict(STAGES[target(name)].instructions)
    run = last.get("ENTRYPOINT") or last["CMD"]
    assert yaml.safe_load(run) == ["python", "-m", module]
    assert service(name).get("command", []) == arguments


@every_service
def test_every_service_is_started_again_and_says_whether_it_is_well(name):
    checked = "healthcheck" in service(name) or any(
        word == "HEALTHCHECK" for word, _ in dockerfile.whole(STAGES, target(name))
    )
    assert checked
    assert service(name)["restart"] == ("on-failure" if name in ONE_SHOT else "unless-stopped")
    assert "container_name" not in service(name)  # it would forbid --scale


@every_service
def test_nothing_is_published_beyond_this_machine(name):
    for port in service(name).get("ports", ()):
        assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port)
    assert service(name).get("network_mode") is None


@every_service
def test_every_image_is_pinned_by_version(name):
    image, _, tag = service(name)["image"].partition(":")
    assert re.match(r"v?\d+\.\d+", tag), f"{image}:{tag}"


@every_service
def test_every_service_is_held_within_limits(name):
    assert service(name)["mem_limit"]
    assert "no-new-privileges:true" in service(name)["security_opt"]
    assert service(name)["logging"]["options"]["max-size"]


@every_own
def test_our_own_run_without_privileges_on_a_file_system_that_cannot_be_written(name):
    assert service(name)["read_only"] is True
    assert service(name)["cap_drop"] == ["ALL"]
    assert service(name)["tmpfs"] == ["/tmp"]
    assert service(name)["build"]["dockerfile"] == "deploy/Dockerfile"
    assert target(name) in STAGES


@every_own
def test_every_variable_that_is_set_is_a_setting_of_that_service(name):
    image = target(name)
    known = variables_of(CLASSES.get(image, ServiceSettings))
    if image in {"extractor", "console", "config"}:
        known.add(generate.CACHE_VARIABLE)
    given = set(service(name)["environment"]) | set(dockerfile.variables(dockerfile.whole(STAGES, image)))
    assert {variable for variable in given if variable.startswith("TOCSIN_")} <= known


@every_own
def test_services_wait_for_topics_and_for_what_they_stand_on(name):
    waits = {other: rule["condition"] for other, rule in service(name)["depends_on"].items()}
    assert waits["kafka"] == "service_healthy"
    assert name in ONE_SHOT or waits["topics"] == "service_completed_successfully"
    assert ("redis" in waits) == ("TOCSIN_REDIS" in service(name)["environment"])


@every_own
def test_only_those_that_call_the_world_may_reach_it(name):
    networks = set(service(name)["networks"])
    assert ("outside" in networks) == (name in {"fetcher", "alerter-dispatch"})
    assert "inner" in networks


def test_the_inner_network_is_closed_and_published_services_cannot_call_out():
    assert COMPOSE["networks"]["inner"] == {"internal": True}
    masquerade = COMPOSE["networks"]["front"]["driver_opts"]["com.docker.network.bridge.enable_ip_masquerade"]
    assert masquerade == "false"
    for name, content in COMPOSE["services"].items():
        assert ("front" in content["networks"]) == ("ports" in content), name


@every_service
def test_no_secret_is_written_down(name):
    for variable, value in service(name).get("environment", {}).items():
        if re.search("PASSWORD|TOKEN|SECRET", variable):
            assert value is None or re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), f"{variable} has a default"


def test_only_the_publisher_and_the_dispatcher_see_the_whole_configuration():
    mounted = {
        name
        for name, content in COMPOSE["services"].items()
        for volume in content.get("volumes", ())
        if isinstance(volume, dict) and volume["target"] == "/etc/tocsin"
    }
    assert mounted == {"config", "alerter-dispatch"}
    assert COMPOSE["x-config-directory"]["read_only"] is True
    given = {name for name, content in COMPOSE["services"].items() if "env_file" in content}
    assert given == {"alerter-dispatch"}


@every_service
def test_every_mounted_file_of_ours_exists_and_every_volume_is_declared(name):
    for volume in service(name).get("volumes", ()):
        if isinstance(volume, dict):
            continue
        source, _, rest = volume.partition(":")
        if source.startswith("./"):
            assert (ROOT / source).exists()
            assert rest.endswith(":ro")
        else:
            assert source in COMPOSE["volumes"]


def test_kafka_makes_no_topic_by_itself_and_keeps_offsets_as_long_as_topics():
    from shared.topics import TOPICS

    settings = service("kafka")["environment"]
    assert settings["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    longest = max(topic.retention_ms for topic in TOPICS.values())
    assert settings["KAFKA_OFFSETS_RETENTION_MINUTES"] * 60_000 >= longest
    assert len(settings["CLUSTER_ID"]) == 22


def test_redis_survives_a_restart_and_never_refuses_to_write():
    command = " ".join(service("redis")["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy allkeys-lru" in command


def test_grafana_lets_nobody_in_unasked():
    settings = service("grafana")["environment"]
    assert settings["GF_AUTH_ANONYMOUS_ENABLED"] == "false"
    assert settings["GF_USERS_ALLOW_SIGN_UP"] == "false"
