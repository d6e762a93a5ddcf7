"""Two spaces that prefixes of a chain can lie in, with the same operations.

| | Poincaré ball, curvature −1 | flat |
|---|---|---|
| `add` | Möbius addition, which is neither commutative nor associative | + |
| `turn` | Möbius product of a matrix and a point | matrix product |
| `squared_distance` | of the geodesic | of the straight line |
| `point`, `tangent` | exponential and logarithmic map at the origin | nothing |

Sources: M. Nickel and D. Kiela, "Poincaré embeddings for learning hierarchical representations", 2017 (trees in the
ball, Riemannian gradients); O.-E. Ganea, G. Bécigneul and T. Hofmann, "Hyperbolic neural networks", 2018 (maps,
Möbius operations, recurrent cells); Y. Guo et al., "Clipped hyperbolic classifiers are super-hyperbolic classifiers",
2022 (vectors are cut to a length, lest gradients vanish at the border). The mathematics is geoopt's.
"""

from __future__ import annotations

import importlib
from typing import Any, Protocol

from patchpilot.errors import EstimatorError, PluginError
from patchpilot.estimators._torch import Tensor, functional
from patchpilot.estimators.sequence.config import GEOMETRIES

LONGEST = 2.0
"""Length that tangent vectors are cut to, in both spaces: in the ball, points no further than 4 from the origin."""


class Geometry(Protocol):
    """A space; vectors are float32 (…, dim), and broadcast."""

    manifold: Any
    """geoopt's, for parameters and their gradients."""

    def point(self, tangent: Tensor) -> Tensor:
        """Where a vector at the origin leads; longer ones than `LONGEST` are cut."""

    def tangent(self, point: Tensor) -> Tensor:
        """The vector at the origin that leads to a point."""

    def add(self, one: Tensor, other: Tensor) -> Tensor:
        """From one point on, as the other lies from the origin."""

    def turn(self, matrix: Tensor, point: Tensor) -> Tensor:
        """A point through a matrix (dim, dim)."""

    def squared_distance(self, one: Tensor, other: Tensor) -> Tensor:
        """(…) of points (…, dim)."""


class Poincare:
    """The Poincaré ball of curvature −1."""

    def __init__(self) -> None:
        self.manifold = load_geoopt().PoincareBall(c=1.0)

    def point(self, tangent: Tensor) -> Tensor:
        """Exponential map at the origin."""
        return self.manifold.expmap0(_cut(tangent))

    def tangent(self, point: Tensor) -> Tensor:
        """Logarithmic map at the origin."""
        return self.manifold.logmap0(point)

    def add(self, one: Tensor, other: Tensor) -> Tensor:
        """Möbius addition."""
        return self.manifold.mobius_add(one, other)

    def turn(self, matrix: Tensor, point: Tensor) -> Tensor:
        """Möbius product: through the matrix at the origin."""
        return self.manifold.mobius_matvec(matrix, point)

    def squared_distance(self, one: Tensor, other: Tensor) -> Tensor:
        """Of the geodesic between them."""
        return self.manifold.dist2(one, other)


class Euclidean:
    """Flat space."""

    def __init__(self) -> None:
        self.manifold = load_geoopt().Euclidean(ndim=1)

    def point(self, tangent: Tensor) -> Tensor:
        """The vector itself, no longer than in the ball."""
        return _cut(tangent)

    def tangent(self, point: Tensor) -> Tensor:
        """The point itself."""
        return point

    def add(self, one: Tensor, other: Tensor) -> Tensor:
        """Their sum."""
        return one + other

    def turn(self, matrix: Tensor, point: Tensor) -> Tensor:
        """Matrix product."""
        return functional.linear(point, matrix)

    def squared_distance(self, one: Tensor, other: Tensor) -> Tensor:
        """Of the straight line, four times: at the origin the ball's is that as well."""
        return 4.0 * (one - other).square().sum(dim=-1)


def geometry_named(name: str) -> Geometry:
    """One of `GEOMETRIES`.

    Raises:
        EstimatorError: there is none of that name.
        PluginError: geoopt is missing.
    """
    spaces: dict[str, type[Geometry]] = {"poincare": Poincare, "euclidean": Euclidean}
    if name not in spaces:
        raise EstimatorError(f"expected a geometry of {', '.join(GEOMETRIES)}, got {name!r}")
    return spaces[name]()


def load_geoopt() -> Any:
    """The package geoopt.

    Raises:
        PluginError: it is not installed.
    """
    try:
        return importlib.import_module("geoopt")
    except ImportError as error:
        raise PluginError(
            f"a sequence decoder needs geoopt ({error}): pip install 'patchpilot[train]'"
        ) from None


def _cut(tangent: Tensor) -> Tensor:
    """No longer than `LONGEST`."""
    length = tangent.norm(dim=-1, keepdim=True).clamp_min(1e-6)
    return tangent * (LONGEST / length).clamp_max(1.0)
