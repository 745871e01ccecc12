"""Out of a mutated file comes a Document or Unreadable, and never anything else."""

import json
import random

import pytest

from gui.model.files import Disk, load
from gui.model.findings import Unreadable
from gui.model.reading import from_text
from gui.model.writing import to_text
from tests.chain_samples import KNOWN, RICH, SQUARE

JUNK = [
    None,
    True,
    -1,
    0.5,
    2**70,
    "",
    "x",
    "inf",
    "n1",
    "\u0000",
    [],
    [[]],
    {},
    {"x": 1},
    [1, "x"],
]


def containers(value):
    if isinstance(value, (dict, list)) and value:
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from containers(item)


def copied(value):
    return json.loads(json.dumps(value))


def mutate(raw, dice):
    """Replace, remove or copy something, somewhere."""
    place = dice.choice(list(containers(raw)))
    key = dice.choice(list(place) if isinstance(place, dict) else range(len(place)))
    match dice.randrange(3):
        case 0:
            place[key] = copied(dice.choice(JUNK))
        case 1:
            del place[key]
        case 2:
            place[key] = copied(dice.choice(list(containers(raw))))


def opens_or_says_why(open_it):
    """A Document that comes out must survive a save; else every finding has its three parts."""
    findings = []
    try:
        text = to_text(open_it())
    except Unreadable as error:
        findings = error.findings
        str(error).encode()
    else:
        assert to_text(from_text(text, **KNOWN)) == text
        return
    assert findings
    assert all(f.where and f.what and f.remedy for f in findings)


@pytest.mark.parametrize("seed", range(400))
def test_a_file_of_mutated_structure_opens_or_says_why(seed):
    dice = random.Random(seed)
    raw = json.loads(dice.choice([SQUARE, RICH]))
    for _ in range(dice.randint(1, 4)):
        mutate(raw, dice)
    text = json.dumps(raw, ensure_ascii=bool(seed % 2))
    opens_or_says_why(lambda: from_text(text, **KNOWN))


@pytest.mark.parametrize("seed", range(200))
def test_a_file_of_mutated_characters_opens_or_says_why(seed):
    dice = random.Random(seed)
    letters = list(dice.choice([SQUARE, RICH]))
    for _ in range(dice.randint(1, 5)):
        at = dice.randrange(len(letters))
        letters[at : at + dice.randrange(3)] = dice.choice('{}[]",:\\0-9.eEn\n \x00\ud800é')
    opens_or_says_why(lambda: from_text("".join(letters), **KNOWN))


class Flipping(Disk):
    """Flips a few bits of whatever is read."""

    def __init__(self, dice):
        self.dice = dice

    def read(self, path, limit=-1):
        data = bytearray(super().read(path, limit))
        for _ in range(self.dice.randint(1, 4)):
            data[self.dice.randrange(len(data))] ^= 1 << self.dice.randrange(8)
        return bytes(data)


@pytest.mark.parametrize("seed", range(200))
def test_a_file_of_flipped_bits_opens_or_says_why(tmp_path, seed):
    path = tmp_path / "graph.chain"
    path.write_text(SQUARE if seed % 2 else RICH, encoding="utf-8")
    fs = Flipping(random.Random(seed))
    opens_or_says_why(lambda: load(path, fs=fs, **KNOWN)[0])
