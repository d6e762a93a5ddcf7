"""A network that hears in which order a sound went through its modules.

A prefix of a chain is a point. The next one is where it leads through a matrix, and then on by the module's point, as
in Ganea's recurrent network (h' = W ⊗ h ⊕ x); so each prefix has a child for every module, and one for the end. From
the sound and the prefix the network says a point as well, and the nearer a child is to that, the likelier it is:

    p(module | prefix, sound) = softmax(−s · distance²(said, child) + b)

Sources: `geometry`, and A. Vaswani et al., "Attention is all you need", 2017, for how it looks things up in a sound.
"""

from __future__ import annotations

from collections.abc import Sequence

from patchpilot.estimators._torch import Tensor, functional, nn, torch
from patchpilot.estimators.networks.encoder import Encoder
from patchpilot.estimators.sequence.beams import likeliest
from patchpilot.estimators.sequence.chains import NOTHING, Chain, chains_of
from patchpilot.estimators.sequence.config import SequenceConfig
from patchpilot.estimators.sequence.geometry import geometry_named
from patchpilot.estimators.sequence.rows import SequenceBatch, masked

_NEVER = -1e9
"""Score of what cannot come next."""
_NEAR = 0.3
"""Length of the first points, about: all begin near the origin (Nickel and Kiela 2017, section 3)."""


class SequenceNetwork(nn.Module):
    """An encoder and a decoder of chains; `config.geometry` says in which space.

    Args:
        config: names and sizes.
        seed: >= 0, of the first weights.

    Raises:
        PluginError: PyTorch or geoopt is missing.
    """

    def __init__(self, config: SequenceConfig, *, seed: int = 0) -> None:
        super().__init__()
        self.config = config
        self.geometry = geometry_named(config.geometry)
        self.end = len(config.modules)
        width, dim = config.encoder.width, config.dim
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.encoder = Encoder(config.encoder)
            self.asks = nn.Linear(dim, width)
            self.looks = nn.MultiheadAttention(width, config.encoder.attention_heads, batch_first=True)
            self.says = nn.Sequential(
                nn.LayerNorm(2 * width), nn.Linear(2 * width, 2 * width), nn.SiLU(), nn.Linear(2 * width, dim)
            )
            points = self.geometry.point(_NEAR * torch.randn(self.end + 2, dim) / dim**0.5)
            self.turn = nn.Parameter(torch.linalg.qr(torch.randn(dim, dim))[0])
        self.points = _parameter(self.geometry.manifold, points)
        """Of the modules, the end and the empty prefix: (N + 2, dim)."""
        self.bias = nn.Parameter(torch.zeros(self.end + 1))
        self.log_sharpness = nn.Parameter(torch.zeros(()))

    def encode(self, sound: Tensor, condition: Tensor) -> Tensor:
        """What is remembered: float32 (B, 4, 96, 64) in [0, 1] and (B, 3) (`conditions`) to (B, M, width)."""
        return self.encoder(sound, condition)

    def grown(self, prefix: Tensor) -> Tensor:
        """Points of all that may follow prefixes (…, dim): (…, N + 1, dim), the end last."""
        turned = self.geometry.turn(self.turn, prefix)
        return self.geometry.add(turned[..., None, :], self.points[: self.end + 1])

    def empty(self, n: int) -> Tensor:
        """The point of n empty prefixes: (n, dim)."""
        return self.points[self.end + 1].expand(n, -1)

    def logits(self, memory: Tensor, prefix: Tensor, children: Tensor) -> Tensor:
        """Scores of what follows.

        Args:
            memory: (B, M, width).
            prefix: (B, K, dim), K prefixes of each row.
            children: (B, K, N + 1, dim), of theirs.

        Returns:
            (B, K, N + 1).
        """
        asked = self.asks(self.geometry.tangent(prefix))
        seen, _ = self.looks(asked, memory, memory, need_weights=False)
        mean = memory[:, :1].expand(-1, prefix.shape[1], -1)
        said = self.geometry.point(self.says(torch.cat([seen + asked, mean], dim=-1)))
        distance = self.geometry.squared_distance(said[..., None, :], children)
        return self.bias - self.log_sharpness.exp() * distance

    def loss(self, batch: SequenceBatch, generator: Tensor | None = None) -> dict[str, Tensor]:
        """Cross-entropies of what comes next, summed over a chain, mean over the batch, in nats.

        "chain" is that among all modules and the end; "order" the same among those that are still to come, as if the
        set were known. Both are of one distribution, and "total" is their sum: without the second, a network learns
        which modules there are long before it hears an order.

        Args:
            batch: of B rows.
            generator: a `torch.Generator` on the CPU, of masks over the pictures (SpecAugment); None for none.
        """
        sound = batch.sound if generator is None else masked(batch.sound, generator)
        memory = self.encode(sound, batch.condition)
        target = batch.target[:, : batch.length]
        now = functional.one_hot(target.clamp_min(0), self.end + 1).bool() & (target != NOTHING)[..., None]
        seen = now.cumsum(dim=1) - now.long()
        prefix, prefixes, children = self.empty(len(batch)), [], []
        for place in range(batch.length):
            below = self.grown(prefix)
            prefixes.append(prefix)
            children.append(below)
            prefix = below[torch.arange(len(batch), device=target.device), target[:, place].clamp_min(0)]
        logits = self.logits(memory, torch.stack(prefixes, dim=1), torch.stack(children, dim=1))
        is_left = now.any(dim=1)[:, None] & (seen == 0)
        is_left[..., self.end] = is_left[..., : self.end].sum(dim=-1) == 0
        parts = {"chain": seen == 0, "order": is_left | ~now.any(dim=-1, keepdim=True)}
        losses = {name: self._nats(logits, target, may) / len(batch) for name, may in parts.items()}
        return {"total": losses["chain"] + losses["order"], **losses}

    def _nats(self, logits: Tensor, target: Tensor, may: Tensor) -> Tensor:
        """Cross-entropy among what may come; what follows the end does not count."""
        scores = logits.masked_fill(~may, _NEVER)
        return functional.cross_entropy(
            scores.flatten(0, 1), target.flatten(), ignore_index=NOTHING, reduction="sum"
        )

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def decode(
        self,
        sound: Tensor,
        condition: Tensor,
        *,
        beams: int = 6,
        among: Sequence[Sequence[str]] | None = None,
    ) -> list[Chain]:
        """The likeliest chain of each sound.

        Args:
            sound: float32 (B, 4, 96, 64).
            condition: float32 (B, 3).
            beams: how many prefixes of a chain are followed at once; 1 is greedy.
            among: the modules of each sound, where they are known: only their order is sought.

        Raises:
            EstimatorError: `among` holds an unknown module.
        """
        self.eval()
        numbers = likeliest(self, self.encode(sound, condition), beams=beams, among=among)
        return chains_of(numbers, self.config.modules)


def _parameter(manifold: object, points: Tensor) -> Tensor:
    """Points that an optimizer moves along the manifold."""
    from patchpilot.estimators.sequence.geometry import load_geoopt

    return load_geoopt().ManifoldParameter(points.detach().clone(), manifold=manifold)
