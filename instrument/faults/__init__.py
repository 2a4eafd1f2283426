"""What chapters 5, 6 and 8 say of the servers, tried on the servers themselves."""

from instrument.faults import connections, costs, deploys, diagnosis, production

TABLES = {
    module.TABLE.name: module.TABLE
    for module in (production, deploys, connections, costs, diagnosis)
}
