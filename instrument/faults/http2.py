"""The row on HTTP/2: requests on one connection, with TLS, asked by h2load."""

import re
import tempfile
from pathlib import Path

from instrument.edges.errors import InstrumentError
from instrument.edges.processes import printed
from instrument.faults.fixtures import launched, whole
from instrument.servers import Server

HTTP2_REQUESTS = 8


def http2(server: Server) -> str:
    """Return what eight requests of 1 s on one connection speak, and how long they take."""
    with tempfile.TemporaryDirectory(prefix="fault-") as folder:
        key, certificate = make_certificate(Path(folder))
        names = server.options
        tls = f"{names.key_file}={key}", f"{names.certificate_file}={certificate}"
        with launched(server, *tls, *names.http2, workers=1, is_asked=False) as run:
            at_once = ["-n", str(HTTP2_REQUESTS), "-c", "1", "-m", str(HTTP2_REQUESTS)]
            command = ["h2load", *at_once, f"https://127.0.0.1:{run.port}/1"]
            told = printed(command, Path(folder) / "log")
    (protocol,) = re.findall(r"Application protocol: (\S+)", told)
    (requests,) = re.findall(r"^requests: .*", told, re.MULTILINE)
    if f"{HTTP2_REQUESTS} succeeded" in requests:
        (seconds,) = re.findall(r"finished in ([\d.]+)s", told)
        return f"{protocol}: {whole(float(seconds))} s"
    return f"{protocol}: no answer" if " 0 done" in requests else f"{protocol}: {requests}"


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a key and a certificate for 127.0.0.1, of a day."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    log = folder / "log"
    printed([*command, "-keyout", str(key), "-out", str(certificate)], log)
    if not certificate.exists():
        raise InstrumentError("openssl made no certificate", log)
    return key, certificate
