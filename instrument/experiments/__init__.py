"""What is measured, told and drawn: an experiment is a file."""
