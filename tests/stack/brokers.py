"""The two brokers that Tocsin runs on, behind one interface."""

import base64
import fcntl
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests.stack.process import MissingPart, Process, accepts_connections
from tocsin.stack.ports import free_port

_ROOT = Path(__file__).parents[2]
_KAFKA = _ROOT / "deploy" / "kafka"
_FETCH_SECONDS = 900
_START_SECONDS = 90.0
# Short-lived and small: the quick compiler, one collector thread, a heap that the tests cannot fill.
_JVM = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.awt.headless=true")


class Broker(Protocol):
    """A broker process whose data and address outlive it."""

    name: str
    bootstrap: str
    data: Path

    @property
    def is_running(self) -> bool:
        """Whether the process runs."""

    def start(self) -> None:
        """Start and wait until it accepts connections. Raises MissingPart, or RuntimeError with its output."""

    def stop(self) -> int:
        """SIGTERM; the exit code."""

    def kill(self) -> int:
        """SIGKILL; the exit code."""

    def restart(self) -> None:
        """Start again on the same data and port, after `stop`, `kill` or neither (then it is stopped first)."""

    def wipe(self) -> None:
        """Kill it and delete its data; it may be started again."""


class _BrokerProcess:
    """What both have in common."""

    name: str

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.bootstrap = f"127.0.0.1:{self.port}"
        self._process = Process(data / "kafka.log")

    @property
    def is_running(self) -> bool:
        return self._process.is_running

    def start(self) -> None:
        raise NotImplementedError

    def stop(self) -> int:
        return self._process.stop()

    def kill(self) -> int:
        return self._process.kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def wipe(self) -> None:
        self.kill()
        shutil.rmtree(self.data, ignore_errors=True)

    def accepts_connections(self) -> bool:
        """Whether something listens on its port."""
        return accepts_connections(self.port)


class EmbeddedKafka(_BrokerProcess):
    """`tocsin.broker`, as `tocsin up` runs it, but looking for old segments twice a second."""

    name = "embedded broker"
    more_options: tuple[str, ...] = ()

    def start(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        options = ("--data", self.data / "broker", "--port", str(self.port), "--retention-check-seconds", "0.5")
        options += self.more_options
        command = (sys.executable, "-m", "tocsin.broker", *options)
        self._process.start(command, is_ready=self.accepts_connections, env={"PYTHONPATH": str(_ROOT)})


class ApacheKafka(_BrokerProcess):
    """A real Apache Kafka, one KRaft node, from the jars that `deploy/kafka/pom.xml` names."""

    name = "Apache Kafka"

    def __init__(self, data: Path, *, heap_megabytes: int = 512) -> None:
        super().__init__(data)
        self._controller_port = free_port()
        self._heap = f"-Xmx{heap_megabytes}m"

    def start(self) -> None:
        self._process.start(self.command(), is_ready=self.accepts_connections, seconds=_START_SECONDS)

    def command(self) -> tuple[str, ...]:
        """What runs it; its folder is formatted first where it is new. Raises MissingPart."""
        libs = kafka_libs()
        self.data.mkdir(parents=True, exist_ok=True)
        properties = self._write_properties()
        java = (_program("java"), *_JVM, f"-Dlog4j2.configurationFile={(_KAFKA / 'log4j2.properties').as_uri()}")
        classes = ("-cp", f"{libs}/*")
        if not (self.data / "logs" / "meta.properties").exists():
            self._format((*java, "-Xmx128m", *classes, "kafka.tools.StorageTool"), properties)
        return (*java, self._heap, *classes, "kafka.Kafka", str(properties))

    def _write_properties(self) -> Path:
        text = (_KAFKA / "server.properties.in").read_text()
        values = {"@PORT@": self.port, "@CONTROLLER_PORT@": self._controller_port, "@DATA@": self.data}
        for name, value in values.items():
            text = text.replace(name, str(value))
        path = self.data / "server.properties"
        path.write_text(text)
        return path

    def _format(self, tool: tuple[str, ...], properties: Path) -> None:
        # Kafka's ids are UUIDs in URL-safe base64; one that begins with a dash would be read as an option.
        cluster_id = "T" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
        done = subprocess.run(
            (*tool, "format", "-t", cluster_id, "-c", properties), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"formatting Apache Kafka's folder failed\n{done.stdout}\n{done.stderr}")


def kafka_libs() -> Path:
    """The folder of Kafka's jars, fetched once; safe to call from several test runs at a time.

    Raises:
        MissingPart: no java, no mvn to fetch the jars with, or no way to the repository.
    """
    _program("java")
    libs = _KAFKA / "libs"
    if not libs.is_dir():
        with _fetch_lock():
            if not libs.is_dir():
                _fetch(_program("mvn"), libs)
    return libs


def _fetch(mvn: str, libs: Path) -> None:
    draft = _KAFKA / "target" / f"libs-{uuid.uuid4().hex}"
    command = (mvn, "-B", "-ntp", "-q", "-f", _KAFKA / "pom.xml", f"-Dlibs={draft}", "package")
    done = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_SECONDS, check=False)
    if done.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        raise MissingPart(ApacheKafka.name, f"jars: mvn says {done.stdout.strip()[-500:]}")
    draft.rename(libs)


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise MissingPart(ApacheKafka.name, name)
    return path


@contextmanager
def _fetch_lock() -> Iterator[None]:
    path = _KAFKA / "target" / "fetch.lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
