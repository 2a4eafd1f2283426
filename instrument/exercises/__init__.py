"""What checks the exercises: to add one, see the last line of exercises/README.md."""
