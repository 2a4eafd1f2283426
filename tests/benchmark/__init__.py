"""What a framework costs on the same store: python -m tests.benchmark, which needs wrk."""
