"""Puts load on servers, and compares what they answer with the ceiling, the most that is possible."""
