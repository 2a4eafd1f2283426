from math import ceil


def last(clients, threads, seconds):
    return ceil(clients / threads) * seconds
