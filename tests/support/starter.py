"""Starts a server and waits: python -m tests.support.starter LOG"""

import sys
import time
from pathlib import Path

from instrument.edges import processes
from instrument.servers import BY_NAME

if __name__ == "__main__":
    command = BY_NAME["sync"].command(processes.free_port(), 1, "wsgi.app:app")
    with processes.running(command, Path(sys.argv[1])):
        time.sleep(60)
