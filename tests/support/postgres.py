"""A PostgreSQL server of the tests' own: a temporary folder, a socket in it, and no port."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from instrument.edges import processes
from instrument.edges.processes import wait_until
from instrument.edges.tools import find, lacking

NEEDS_POSTGRES = pytest.mark.skipif(lacking("initdb") != "", reason=lacking("initdb"))


def program(name):
    """Return the path of one of PostgreSQL's programs, which lie in one folder."""
    return str(Path(find("initdb")).resolve().with_name(name))


class Postgres:
    """A server that can be stopped and started again; its database is empty at first."""

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))  # short: its socket lies there
        self.url = self.url_of("postgres")
        self.count = 0
        self.user = {}
        if os.geteuid() == 0:  # who may not serve
            nobody = pwd.getpwnam("nobody")
            self.user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            shutil.chown(self.folder, "nobody")
        self.process = None
        try:
            create = "--auth=trust --username=notes --no-sync --pgdata=data"
            self.run("initdb", *create.split(), stdout=subprocess.DEVNULL)
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, name, *arguments, **options):
        command = [program(name), *arguments]
        return subprocess.run(command, check=True, cwd=self.folder, **self.user, **options)

    def url_of(self, database):
        return f"postgresql+psycopg://notes@/{database}?host={self.folder}"

    def new_database(self):
        """Make another empty database, and return its URL."""
        self.count += 1
        name = f"notes{self.count}"
        self.run("createdb", f"--host={self.folder}", "--username=notes", name)
        return self.url_of(name)

    def start(self):
        command = [program("postgres"), "-D", "data", "-k", str(self.folder), "-h", ""]
        with (self.folder / "log").open("ab") as log:
            self.process = processes.start(command, log, cwd=self.folder, **self.user)
        wait_until(self.is_ready)

    def is_ready(self):
        ask = [program("pg_isready"), "--quiet", "--host", str(self.folder)]
        return subprocess.run(ask, check=False).returncode == 0

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGINT)  # which ends connections, too
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
            processes.end(self.process)
            self.process = None
