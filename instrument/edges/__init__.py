"""Where the instrument meets the machine: processes, signals, ports, files and the terminal."""
