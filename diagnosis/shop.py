"""What a shop does for each request. Three of these four block, and one merely waits."""

import asyncio
import logging
import threading
import time

from diagnosis import courier

log = logging.getLogger("shop")
shelf = threading.Lock()


class Order:
    def __init__(self, number, seconds):
        self.number = number
        self.seconds = seconds

    @property
    def price(self):
        time.sleep(self.seconds)  # a query of a database
        return 10 * self.number

    def __repr__(self):
        return f"<Order {self.number}, {self.price} euros>"


def parcel(seconds):
    return courier.track(7, seconds)


def order(seconds):
    new = Order(7, seconds)
    log.info("took %r", new)
    return f"order {new.number}\n"


def stock(seconds):
    with shelf:
        count = 7
    threading.Thread(target=count_again, args=(seconds,)).start()
    return f"{count} left\n"


def count_again(seconds):
    with shelf:
        time.sleep(seconds)  # reads a long file


async def news(seconds):
    await asyncio.sleep(seconds)  # an answer from another server
    return "no news\n"
