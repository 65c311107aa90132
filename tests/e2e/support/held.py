"""Calls that a test keeps back in the browser."""

import re
import time

from playwright.sync_api import Page, Route

PATIENCE = 10.0  # seconds


class Held:
    """The calls of one method to one address, from now on, until the test lets them go."""

    def __init__(self, page: Page, address: str | re.Pattern[str], method: str) -> None:
        self._page = page
        self._address = address
        self._method = method
        self._routes: list[Route] = []
        page.route(address, self._keep)

    def __len__(self) -> int:
        return len(self._routes)

    def first(self) -> Route:
        """The oldest of them, once the browser has made one.

        A page tells of a request before the request comes to be held, so an event does not mean that it has.
        """
        deadline = time.monotonic() + PATIENCE
        while not self._routes:
            assert time.monotonic() < deadline, f"no {self._method} came to {self._address}"
            self._page.wait_for_timeout(20)
        return self._routes[0]

    def let_go(self) -> None:
        """Hold nothing any more, and let go on what was held."""
        self._page.unroute(self._address, self._keep)
        for route in self._routes:
            route.fallback()

    def _keep(self, route: Route) -> None:
        if route.request.method == self._method:
            self._routes.append(route)
        else:
            route.fallback()
