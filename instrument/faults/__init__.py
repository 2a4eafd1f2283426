"""What chapters 5 to 8 say of the servers, tried on the servers themselves."""

from instrument.faults import connections, costs, deploys, diagnosis, handlers, production

TABLES = {
    each.name: each
    for each in (
        production.TABLE,
        deploys.TABLE,
        connections.TABLE,
        costs.TABLE,
        handlers.TABLE,
        diagnosis.TABLE,
    )
}
