"""python -m compare, which knows one more server, called "odd".

python -m tests.support.odd_server START APP ARGUMENT…   START and APP are its command line
"""

import sys

from instrument import servers
from instrument.cli import main


def know(start, app):
    odd = servers.Server("odd", "wsgi", start, servers.GUNICORNS, 1, "", "odd", "odd")
    servers.SUBJECTS["odd"] = servers.Subject("odd", odd, app, servers.Work.WAIT, 1, "odd")


if __name__ == "__main__":
    know(*sys.argv[1:3])
    sys.exit(main(sys.argv[3:]))
