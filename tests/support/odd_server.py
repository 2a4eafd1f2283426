"""python -m compare, which knows one more server, called "odd".

python -m tests.support.odd_server START APP ARGUMENT…   START and APP are its command line
"""

import sys

from instrument import servers
from instrument.cli import main

if __name__ == "__main__":
    start, app, *arguments = sys.argv[1:]
    server = servers.Server("odd", "wsgi", start, 1, "odd", "odd", booted="")
    odd = servers.Subject("odd", server, app, servers.Work.WAIT, 1, "odd")
    servers.SUBJECTS["odd"] = odd
    servers.SETS += (servers.Set("odds", "none", "nothing", 20, (odd,)),)
    sys.exit(main(arguments))
