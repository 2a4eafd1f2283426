"""A terminal of some width, and what stands on it after all that a program has written."""

import codecs
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

from instrument.processes import ROOT

SEQUENCE = re.compile(r"\x1b\[(\??[\d;]*)([A-Za-z])|(.)", re.DOTALL)


class Screen:
    """Rows of characters; a row that is full goes on in the next, as on any terminal."""

    def __init__(self, columns):
        self.columns = columns
        self.rows, self.wrapped = [[]], set()
        self.row = self.column = 0

    def write(self, text):
        for given, what, character in SEQUENCE.findall(text):
            if what == "A":
                self.row = max(0, self.row - int(given or 1))
            elif what == "K":
                assert given == "2", "the whole line, as rich erases it"
                self.rows[self.row] = []
                self.wrapped.discard(self.row)
            elif what:
                assert what in "mhl", f"what {what} does is not known here"
            elif character == "\r":
                self.column = 0
            elif character == "\n":
                self.go_down()
            else:
                self.put(character)

    def go_down(self):
        self.row += 1
        if self.row == len(self.rows):
            self.rows.append([])

    def put(self, character):
        if self.column == self.columns:
            self.wrapped.add(self.row)
            self.go_down()
            self.column = 0
        row = self.rows[self.row]
        row += " " * (self.column + 1 - len(row))
        row[self.column] = character
        self.column += 1

    def lines(self):
        """Return what was written line by line, whole where a row was too short for it."""
        lines = [""]
        for number, row in enumerate(self.rows):
            lines[-1] += "".join(row)
            if number not in self.wrapped:
                lines.append("")
        return [line.rstrip() for line in lines]


def on_screen(columns, command):
    """Run a command on a terminal; return its status, the screen, and all that was written."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {**os.environ, "TERM": "xterm"}
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=its, stdout=its, stderr=its, env=environment
    )
    os.close(its)
    screen, decoder, written = Screen(columns), codecs.getincrementaldecoder("utf-8")(), ""
    try:
        while chunk := os.read(ours, 4096):
            text = decoder.decode(chunk)
            screen.write(text)
            written += text
    except OSError:
        pass  # Linux says so when the other end is closed
    finally:
        os.close(ours)
        status = process.wait(20)
    return status, screen, written
