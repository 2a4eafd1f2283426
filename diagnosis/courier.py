"""A library that somebody else wrote: it asks a courier where a parcel is.

The courier here is a `time.sleep`, which takes as many seconds as you say.
"""

import time


def track(parcel, seconds):
    return _parse(_get(f"/parcels/{parcel}", seconds))


def _get(path, seconds):
    return _with_retries(lambda: _send(path, seconds))


def _with_retries(send):
    for _ in range(3):
        if answer := send():
            return answer


def _send(path, seconds):
    time.sleep(seconds)
    return f"{path} on its way\n"


def _parse(answer):
    return answer.removeprefix("/parcels/")
