import os
import sqlite3
import time

COUNTER = os.environ.get("COUNTER", "counter")


def next_number():
    with sqlite3.connect(COUNTER, timeout=20, isolation_level="IMMEDIATE") as database:
        database.execute("create table if not exists counter (number)")
        database.execute("insert into counter select count(*) + 1 from counter")
        time.sleep(0.01)
        return database.execute("select max(number) from counter").fetchone()[0]


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(next_number()).encode()]
