"""The row on HTTP/2: requests on one connection, with TLS, asked by h2load."""

import re
import tempfile
from pathlib import Path

from instrument.errors import InstrumentError
from instrument.faults.rig import running, whole
from instrument.processes import printed
from instrument.servers import Server

REQUESTS = 8


def http2(server: Server) -> str:
    """Return what eight requests of 1 s on one connection speak, and how long they take."""
    with tempfile.TemporaryDirectory(prefix="fault-") as folder:
        key, certificate = make_certificate(Path(folder))
        names = server.options
        options = f"{names.key_file} {key} {names.certificate_file} {certificate} {names.http2}"
        with running(server, options, workers=1, is_asked=False) as run:
            at_once = f"-n {REQUESTS} -c 1 -m {REQUESTS}"
            command = f"h2load {at_once} https://127.0.0.1:{run.port}/1"
            told = printed(command, Path(folder) / "log")
    protocol = re.search(r"Application protocol: (\S+)", told)[1]
    (requests,) = re.findall(r"^requests: .*", told, re.MULTILINE)
    if f"{REQUESTS} succeeded" in requests:
        seconds = re.search(r"finished in ([\d.]+)s", told)[1]
        return f"{protocol}: {whole(float(seconds))} s"
    return f"{protocol}: no answer" if " 0 done" in requests else f"{protocol}: {requests}"


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a key and a certificate for 127.0.0.1, of a day."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    of_whom = "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 1 {of_whom}"
    log = folder / "log"
    printed(f"{command} -keyout {key} -out {certificate}", log)
    if not certificate.exists():
        raise InstrumentError("openssl made no certificate", log)
    return key, certificate
