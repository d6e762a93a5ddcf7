"""Modulation routings as arrays: sparse as they are stored, dense as a network wants them.

A dense array alone cannot be inverted: a routing of amount 0 leaves no trace in it, and 128 destinations name the
number of another routing ("modulation_3_amount"). So the number of each routing goes with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.space import Routing

ROUTE = np.dtype(
    [
        ("source", "u1"), ("destination", "<u2"), ("slot", "u1"), ("amount", "<f4"), ("power", "<f4"),
        ("bipolar", "u1"), ("stereo", "u1"), ("bypass", "u1"),
    ]
)  # fmt: skip
"""One routing: places of its source and destination among the names, its number (from 0), its five fields."""
CHANNELS = ("amount", "bipolar", "power", "stereo")
"""Of the dense form, in this order."""

Routes = npt.NDArray[np.void]


@dataclass(frozen=True)
class Matrix:
    """What can be routed to what.

    Attributes:
        sources: names of all modulation sources.
        destinations: names of all modulation destinations.
    """

    sources: tuple[str, ...]
    destinations: tuple[str, ...]

    def routes(self, routings: Sequence[Routing]) -> Routes:
        """Routings as an array of `ROUTE`; their mappings are not in it."""
        return np.array(
            [
                (
                    self.sources.index(routing.source), self.destinations.index(routing.destination), slot,
                    routing.amount, routing.power, routing.bipolar, routing.stereo, routing.bypass,
                )
                for slot, routing in enumerate(routings)
            ],
            ROUTE,
        )  # fmt: skip

    def routings(self, routes: Routes) -> tuple[Routing, ...]:
        """The inverse of `routes`, in the order of their slots."""
        return tuple(
            Routing(
                self.sources[int(route["source"])],
                self.destinations[int(route["destination"])],
                amount=float(route["amount"]),
                power=float(route["power"]),
                bipolar=bool(route["bipolar"]),
                stereo=bool(route["stereo"]),
                bypass=bool(route["bypass"]),
            )
            for route in np.sort(routes, order="slot")
        )

    def dense(self, routes: Routes) -> npt.NDArray[np.float32]:
        """float32 (4, sources, destinations): amount, bipolar, power and stereo; 0 where nothing is routed.

        A routing that is switched off (`bypass`) does not sound, and is left out. Of two alike in source and
        destination the first counts, as for the engine.
        """
        filled = np.zeros((len(CHANNELS), len(self.sources), len(self.destinations)), np.float32)
        for route in self._that_sound(routes)[::-1]:
            filled[:, route["source"], route["destination"]] = [float(route[name]) for name in CHANNELS]
        return filled

    def slot_of_route(self, routes: Routes) -> npt.NDArray[np.int16]:
        """int16 (sources, destinations): the number (from 0) of each routing of the dense form, −1 for none."""
        slots = np.full((len(self.sources), len(self.destinations)), -1, np.int16)
        for route in self._that_sound(routes)[::-1]:
            slots[route["source"], route["destination"]] = route["slot"]
        return slots

    def sparse(self, dense: npt.NDArray[np.float32], slots: npt.NDArray[np.int16]) -> Routes:
        """The inverse of `dense` and `slot_of_route`: routes in the order of their slots."""
        sources, destinations = np.nonzero(slots >= 0)
        routes = np.zeros(len(sources), ROUTE)
        routes["source"], routes["destination"] = sources, destinations
        routes["slot"] = slots[sources, destinations]
        for channel, name in enumerate(CHANNELS):
            routes[name] = dense[channel, sources, destinations]
        return np.sort(routes, order="slot")

    def _that_sound(self, routes: Routes) -> Routes:
        return np.sort(routes[routes["bypass"] == 0], order="slot")
