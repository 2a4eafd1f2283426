# says: There is no timeout in it

