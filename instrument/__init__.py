"""The measuring instrument: puts load on servers and sets what they answer beside the ceiling."""
