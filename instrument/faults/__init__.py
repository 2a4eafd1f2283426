"""What chapters 5 and 6 say of the servers, tried on the servers themselves."""

from instrument.faults import connections, costs, production

TABLES = {each.name: each for each in (production.TABLE, connections.TABLE, costs.TABLE)}
