"""Embedding: rows of a table looked up by number."""

from __future__ import annotations

from typing import Any

from engine.modes import no_grad
from engine.nn import init
from engine.nn.module import Module
from engine.nn.parameter import Parameter, blank
from engine.ops.gather import embedding
from engine.tensor import Tensor


class Embedding(Module):
    """Rows of a table (num_embeddings, embedding_dim): (*,) -> (*, embedding_dim)."""

    def __init__(
        self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None,
        max_norm: float | None = None, norm_type: float = 2.0, scale_grad_by_freq: bool = False,
        sparse: bool = False, _weight: Tensor | None = None, _freeze: bool = False,
        device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise AssertionError("Padding_idx must be within num_embeddings")
            padding_idx %= num_embeddings
        self.padding_idx, self.max_norm, self.norm_type = padding_idx, max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = scale_grad_by_freq, sparse
        if _weight is None:
            self.weight = blank(num_embeddings, embedding_dim, dtype=dtype)
            self.weight.requires_grad_(not _freeze)
            self.reset_parameters()
        elif list(_weight.shape) != [num_embeddings, embedding_dim]:
            raise AssertionError("Shape of weight does not match num_embeddings and embedding_dim")
        else:
            self.weight = Parameter(_weight, requires_grad=not _freeze)

    def reset_parameters(self) -> None:
        """Draw the values anew: normal, zeros for the padding."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx].fill_(0)

    def forward(self, input: Tensor) -> Tensor:
        if self.max_norm is not None:
            self._shorten(input)
        return embedding(input, self.weight, self.padding_idx)

    def _shorten(self, input: Tensor) -> None:
        """Scale the rows in use down to `max_norm`, in place."""
        with no_grad():
            for row in sorted(set(input.flatten().tolist())):
                length = self.weight[row].norm(self.norm_type)
                if length > self.max_norm:
                    self.weight[row].mul_(self.max_norm / (length + 1e-7))

    def extra_repr(self) -> str:
        told = [str(self.num_embeddings), str(self.embedding_dim)]
        defaults = {
            "padding_idx": None, "max_norm": None, "norm_type": 2, "scale_grad_by_freq": False,
            "sparse": False,
        }  # fmt: skip
        for name, default in defaults.items():
            value = getattr(self, name)
            if value is not None and value != default and value is not False:
                told.append(f"{name}={value}")
        return ", ".join(told)

    @classmethod
    def from_pretrained(
        cls, embeddings: Tensor, freeze: bool = True, padding_idx: int | None = None,
        max_norm: float | None = None, norm_type: float = 2.0, scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Embedding:  # fmt: skip
        """An Embedding of the rows given, not to be learned unless `freeze` is False."""
        if embeddings.ndim != 2:
            raise AssertionError("Embeddings parameter is expected to be 2-dimensional")
        rows, cols = embeddings.shape
        return cls(
            rows, cols, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse,
            _weight=embeddings, _freeze=freeze,
        )  # fmt: skip
