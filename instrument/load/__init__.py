"""A server under load, and what is seen of it, of Locust and of the machine meanwhile."""
