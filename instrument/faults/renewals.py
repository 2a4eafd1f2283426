"""What users lose of POSTs through nginx's pool while workers are renewed: by HUP or --max-requests."""

import signal

from instrument.faults.rig import PATIENCE, Users, nginx, running
from instrument.processes import ROOT, wait_until
from instrument.servers import Server

POOL = ROOT / "connections" / "nginx.conf"
USERS = 8
RENEWALS, MOST_RENEWALS = 10, 30  # by HUP; in one of them an event loop may lose nothing by chance
MAX_REQUESTS = 100
REQUESTS = {False: 3000, True: 30_000}  # at most, by whether it is an event loop, which loses some


def hang_up_behind_pool(server: Server) -> str:
    with (
        running(server) as run,
        nginx(POOL, run.port) as proxy,
        Users(proxy.port, "/", users=USERS, method="POST") as users,
    ):
        for _ in range(MOST_RENEWALS if server.is_asgi else RENEWALS):
            if users.lost:
                break
            before = run.workers()
            run.master.send_signal(signal.SIGHUP)
            run.wait_for_others(before)
            users.go_on()
    return told(users)


def max_requests_behind_pool(server: Server) -> str:
    options = f"{server.options.max_requests} {MAX_REQUESTS}"
    with running(server, options) as run, nginx(POOL, run.port) as proxy:
        before = run.workers()
        with Users(proxy.port, "/", users=USERS, method="POST") as users:
            wait_until(
                lambda: users.lost or len(users.answers) > REQUESTS[server.is_asgi],
                seconds=3 * PATIENCE,
            )
        wait_until(lambda: before - run.workers())  # or nothing was renewed
    if server.name == "asgi" and set(users.lost) <= {"502"}:
        return "by chance some get 502"  # seen: 0 to 2 of 20,000, and more than 3 of 3,000
    return told(users)


def told(users: Users) -> str:
    if not users.lost:
        return "nothing lost"
    return "some get 502" if set(users.lost) == {"502"} else str(dict(users.lost))
