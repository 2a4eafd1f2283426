"""What users lose while workers are renewed, by HUP or --max-requests, also through nginx's pool."""

import signal
from pathlib import Path

from instrument.edges.processes import wait_until
from instrument.faults.fixtures import (
    CHAPTER_6_NGINX,
    COPIED_APPS,
    PATIENCE,
    Users,
    copied_apps,
    edit_apps,
    entry,
    launched,
)
from instrument.servers import Server

USERS = 8
MAX_REQUESTS, FEW_REQUESTS = 100, 50  # after which a worker is renewed
IMPORT_SECONDS = 1
RENEWALS, REQUESTS = 4, 1000  # of which a server that loses nothing loses none


def hang_up_behind_pool(server: Server) -> str:
    return told(server, hang_up_until_lost(server, USERS, CHAPTER_6_NGINX, "POST"))


def hang_up_until_lost(
    server: Server, many: int, conf: Path | None = None, method: str = "GET"
) -> Users:
    """Return users that asked while all workers were renewed again and again, until some lost."""
    with (
        launched(server) as run,
        entry(run, conf) as port,
        Users(port, "/", many, method=method) as users,
    ):
        for _ in range(RENEWALS * more(server)):
            if users.lost:
                break
            before = run.workers()
            run.master.send_signal(signal.SIGHUP)
            run.wait_for_others(before, lambda: bool(users.lost))
            users.go_on()
    return users


def max_requests_behind_pool(server: Server) -> str:
    return told(server, renew_after(server, MAX_REQUESTS, "/", conf=CHAPTER_6_NGINX, method="POST"))


def max_requests(server: Server) -> str:
    """Return how users with kept connections fare."""
    users = renew_after(server, FEW_REQUESTS, "/0.01", keep=True)
    if server.loses_by_chance:
        return "renewed, by chance loses a few"
    return "renewed, loses a few" if users.lost else "renewed, nothing lost"


def renew_after(
    server: Server,
    limit: int,
    path: str,
    conf: Path | None = None,
    keep: bool = False,
    method: str = "GET",
) -> Users:
    """Return users that asked while each worker was renewed after so many requests."""
    option = f"{server.options.max_requests}={limit}"
    with launched(server, option) as run, entry(run, conf) as port:
        before = run.workers()
        with Users(port, path, USERS, keep, method) as users:
            wait_until(
                lambda: users.lost or len(users.answers) > REQUESTS * more(server),
                seconds=3 * PATIENCE,
            )
        wait_until(lambda: before - run.workers())  # or nothing was renewed
    return users


def renew_together(server: Server) -> str:
    """Return who answers while workers are renewed that import for a second, and began together."""
    with copied_apps() as folder:
        edit_apps(folder, more=f"\ntime.sleep({IMPORT_SECONDS})\n")
        code = f"{server.options.app_folder}={folder}"
        limit = f"{server.options.max_requests}={MAX_REQUESTS}"
        with launched(server, code, limit, apps=COPIED_APPS) as run:
            booted = run.said(server.booted)
            with Users(run.port, "/", users=USERS) as users:
                wait_until(lambda: run.said(server.booted) >= 2 * booted)
    longest = max(each.seconds for each in users.answers)
    return "no worker answers" if longest > IMPORT_SECONDS / 2 else "others answer"


def more(server: Server) -> int:
    """Return how many times as much to try with a server that loses some, until it has."""
    return 10 if server.closes_unread else 1


def told(server: Server, users: Users) -> str:
    """Return what was lost; where it is a matter of chance: 0 to 2 of 20,000, or 4 of 3,000."""
    if set(users.lost) - {"502"}:
        return str(dict(users.lost))
    if server.loses_by_chance:
        return "by chance some get 502"
    return "some get 502" if users.lost else "nothing lost"
