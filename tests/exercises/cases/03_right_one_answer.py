from fractions import Fraction

ANSWER = Fraction("4.0")
