def slots(seconds, ladder):
    plateau = ladder[-1][1]
    return round(plateau * seconds)
