# says: ends Python before its last line: is there an exit()?
import sys

ANSWER = 4
sys.exit(0)
