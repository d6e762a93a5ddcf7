"""Where a network is trained, and how exactly: in mixed precision where that is quicker, in float32 elsewhere."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import Tensor, torch
from patchpilot.estimators.training.state import Learner
from patchpilot.space.canonical import Json


class Precision:
    """How steps are made on a device.

    Args:
        device: "auto" (a GPU where there is one), "cpu" or "cuda".

    Attributes:
        device: that was chosen.
        remark: what a user should know, or "".

    Raises:
        EstimatorError: a GPU was asked for, and there is none.
    """

    def __init__(self, device: str) -> None:
        has_gpu = bool(torch.cuda.is_available())
        if device == "cuda" and not has_gpu:
            raise EstimatorError(
                "a GPU was asked for, and PyTorch sees none: leave out --device, or install PyTorch with CUDA"
            )
        self.device = "cuda" if has_gpu and device != "cpu" else "cpu"
        self.remark = "no GPU here: it trains on the processor" if device == "auto" and not has_gpu else ""
        self._half: Any = None
        if self.device == "cuda":
            self._half = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
        elif _has_half():
            self._half = torch.bfloat16
        # bfloat16 has the range of float32; only the smaller one needs its gradients scaled.
        self._scaler = torch.amp.GradScaler("cuda") if self._half is torch.float16 else None

    def autocast(self) -> AbstractContextManager[Any]:
        """In which a network is asked."""
        if self._half is None:
            return nullcontext()
        mixed: AbstractContextManager[Any] = torch.autocast(self.device, dtype=self._half)
        return mixed

    def step(self, learner: Learner, loss: Tensor, lr: float) -> bool:
        """Change the weights by a loss; False, and nothing is changed, where a number is not finite."""
        optimiser, scaler = learner.optimiser, self._scaler
        optimiser.forget()
        (loss if scaler is None else scaler.scale(loss)).backward()
        if scaler is not None:
            scaler.unscale_(optimiser.adamw)
        norm = optimiser.clipped()
        is_fine = bool(torch.isfinite(norm + loss.detach()))
        if is_fine:
            optimiser.step(lr)
        if scaler is not None:
            scaler.update(None if is_fine else 0.5 * scaler.get_scale())
        return is_fine

    def state(self) -> dict[str, Json]:
        """What it learned about scales."""
        return dict(self._scaler.state_dict()) if self._scaler is not None else {}

    def restore(self, state: dict[str, Json]) -> None:
        """Go on from `state`."""
        if self._scaler is not None and state:
            self._scaler.load_state_dict(state)


def _has_half() -> bool:
    """Whether the processor multiplies bfloat16 itself; others take longer for it than for float32."""
    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
