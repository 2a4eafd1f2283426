"""A package, so that Python finds this folder before another module of its name."""
