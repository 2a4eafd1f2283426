"""Exercise 14: a deploy that loses nothing, in a configuration file of gunicorn.

Three servers with this configuration work on a request that takes four seconds. Meanwhile one
of them is sent HUP, one TERM, and one no signal. All three requests are to be answered.

Both numbers are seconds. `gunicorn --help` tells what each of them limits.
"""

timeout = 2  # TODO
graceful_timeout = 1  # TODO
