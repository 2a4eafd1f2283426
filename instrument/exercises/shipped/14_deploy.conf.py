"""Exercise 14: a deploy that loses nothing, in a configuration file of gunicorn.

A request takes four seconds. In one server HUP comes meanwhile, in another one TERM. Both
requests are to be answered.
"""

timeout = 2  # TODO
graceful_timeout = 1  # TODO
