"""Icons, examples and lessons, found the same way in the tree and in an installed wheel."""

from pathlib import Path


def path(*parts: str) -> Path:
    """Where an asset lies: `path("examples", "square.chain")`."""
    return Path(__file__).parent.joinpath(*parts)
