"""`torch.utils.data`, as far as programs without files and worker processes need it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import engine
from engine.random import Generator
from engine.tensor import Tensor

__all__ = [
    "ConcatDataset", "DataLoader", "Dataset", "IterableDataset", "Subset", "TensorDataset",
    "default_collate", "random_split",
]  # fmt: skip


class Dataset:
    """Something with samples; subclasses define `__getitem__` and mostly `__len__`."""

    def __getitem__(self, index: Any) -> Any:
        raise NotImplementedError("Subclasses of Dataset should implement __getitem__.")

    def __add__(self, other: Any) -> ConcatDataset:
        return ConcatDataset([self, other])


class IterableDataset(Dataset):
    """Something whose samples come one after the other; subclasses define `__iter__`."""

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError("Subclasses of IterableDataset should implement __iter__.")


class TensorDataset(Dataset):
    """Samples are what the tensors have at an index."""

    def __init__(self, *tensors: Tensor) -> None:
        assert all(tensors[0].size(0) == t.size(0) for t in tensors), (
            "Size mismatch between tensors"
        )
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Any, ...]:
        return tuple(tensor[index] for tensor in self.tensors)

    def __len__(self) -> int:
        return int(self.tensors[0].size(0))


class ConcatDataset(Dataset):
    """One after the other."""

    def __init__(self, datasets: Any) -> None:
        self.datasets = list(datasets)
        assert len(self.datasets) > 0, "datasets should not be an empty iterable"

    def __len__(self) -> int:
        return sum(map(len, self.datasets))

    def __getitem__(self, index: int) -> Any:
        place = index + len(self) if index < 0 else index
        for dataset in self.datasets:
            if place < len(dataset):
                return dataset[place]
            place -= len(dataset)
        raise ValueError("absolute value of index should not exceed dataset length")


class Subset(Dataset):
    """Some of the samples."""

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        self.dataset, self.indices = dataset, indices

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, list):
            return self.dataset[[self.indices[i] for i in index]]
        return self.dataset[self.indices[index]]

    def __len__(self) -> int:
        return len(self.indices)


def random_split(dataset: Any, lengths: Sequence[Any], generator: Any = None) -> list[Subset]:
    """Subsets of these lengths, or parts of 1, drawn at random; ValueError if they do not fit."""
    sizes = list(lengths)
    if math.isclose(sum(sizes), 1) and sum(sizes) <= 1:
        sizes = [math.floor(len(dataset) * part) for part in sizes]
        for i in range(len(dataset) - sum(sizes)):
            sizes[i % len(sizes)] += 1
    if sum(sizes) != len(dataset):
        raise ValueError("Sum of input lengths does not equal the length of the input dataset!")
    order = engine.randperm(sum(sizes), generator=generator).tolist()  # type: ignore[attr-defined]
    ends = [sum(sizes[: k + 1]) for k in range(len(sizes))]
    return [Subset(dataset, order[e - n : e]) for e, n in zip(ends, sizes, strict=True)]


def default_collate(batch: Sequence[Any]) -> Any:
    """A batch of samples as PyTorch puts them together; TypeError for what cannot be."""
    first = batch[0]
    if isinstance(first, Tensor):
        return engine.stack(list(batch), 0)  # type: ignore[attr-defined]
    if isinstance(first, float):
        return engine.tensor(list(batch), dtype=engine.float64)  # type: ignore[attr-defined]
    if isinstance(first, int):
        return engine.tensor(list(batch))
    if isinstance(first, str):
        return list(batch)
    if isinstance(first, dict):
        return {key: default_collate([sample[key] for sample in batch]) for key in first}
    if isinstance(first, (tuple, list)):
        return [default_collate(column) for column in zip(*batch, strict=True)]
    if hasattr(first, "dtype"):
        return default_collate([engine.as_tensor(sample) for sample in batch])
    raise TypeError(
        "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found "
        f"{type(first)}"
    )


class DataLoader:
    """Batches of a Dataset, in the order PyTorch gives them after the same seed."""

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool = False,
        sampler: Any = None,
        num_workers: int = 0,
        collate_fn: Callable[..., Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        generator: Any = None,
        **_: Any,
    ) -> None:
        if shuffle and sampler is not None:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_size is not None and batch_size < 1:
            raise ValueError(
                f"batch_size should be a positive integer value, but got batch_size={batch_size}"
            )
        self.dataset, self.batch_size, self.shuffle = dataset, batch_size, shuffle
        self.sampler, self.num_workers, self.pin_memory = sampler, num_workers, pin_memory
        self.drop_last, self.generator = drop_last, generator
        self.collate_fn = collate_fn or (default_collate if batch_size is not None else None)

    def __len__(self) -> int:
        count = len(self.dataset if self.sampler is None else self.sampler)
        if self.batch_size is None:
            return count
        return (count if self.drop_last else count + self.batch_size - 1) // self.batch_size

    def __iter__(self) -> Iterator[Any]:
        _drawn(self.generator)  # the seed its worker processes would have
        return self._batches()

    def _order(self) -> Iterator[Any]:
        if self.sampler is not None:
            yield from self.sampler
            return
        count = len(self.dataset)
        if not self.shuffle:
            yield from range(count)
            return
        own = self.generator
        if own is None:
            own = Generator().manual_seed(_drawn(None))
        yield from engine.randperm(count, generator=own).tolist()  # type: ignore[attr-defined]
        engine.randperm(count, generator=own)  # type: ignore[attr-defined]  # as PyTorch does

    def _samples(self) -> Iterator[Any]:
        if isinstance(self.dataset, IterableDataset):
            return iter(self.dataset)
        return (self.dataset[i] for i in self._order())

    def _batches(self) -> Iterator[Any]:
        if self.batch_size is None:
            yield from map(self.collate_fn, self._samples()) if self.collate_fn else self._samples()
            return
        collate, batch = self.collate_fn or default_collate, []
        for sample in self._samples():
            batch.append(sample)
            if len(batch) == self.batch_size:
                yield collate(batch)
                batch = []
        if batch and not self.drop_last:
            yield collate(batch)


def _drawn(generator: Any) -> int:
    """A random whole number of 63 bits, as PyTorch draws a seed."""
    seed = engine.empty((), dtype=engine.int64)  # type: ignore[attr-defined]
    return int(seed.random_(generator=generator).item())


KINDS = (Dataset, DataLoader)
"""The classes whose objects a program may ask for their public names."""
