"""What the measured figures depend on."""

import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from typing import Self

from instrument.edges.cpus import usable_cpus
from instrument.servers import SERVERS, packages_of

MEASURED_PACKAGES = (*packages_of(SERVERS), "starlette", "locust")


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """The load, the machine and the versions."""

    users: int = 0
    requests: int = 0  # in place of users, where the same are sent whatever is answered
    seconds: int
    workers: int
    cpus: int
    python: str
    platform: str
    versions: dict[str, str]
    date: str  # UTC, ISO 8601

    @classmethod
    def here_and_now(cls, users: int, seconds: int, workers: int, requests: int = 0) -> Self:
        return cls(
            users=users,
            requests=requests,
            seconds=seconds,
            workers=workers,
            cpus=usable_cpus(),
            python=platform.python_version(),
            platform=f"{platform.system()} {platform.machine()}",
            versions={name: metadata.version(name) for name in MEASURED_PACKAGES},
            date=datetime.now(UTC).isoformat(timespec="seconds"),
        )
