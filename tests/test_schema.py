"""The schema that is published says what the reader says of the shape of a file."""

import json
import random

import jsonschema
import numpy as np
import pytest

import assets
from gui import schema
from gui.model import archive
from gui.model.findings import Unreadable
from gui.model.forms import fit
from gui.model.reading import from_text
from gui.model.strict_json import parse
from gui.model.writing import to_text
from tests.chain_samples import RICH, SQUARE
from tests.soak._mutations import _bent
from tests.soak._zips import document, sound

PUBLISHED = json.loads(schema.PATH.read_text(encoding="utf-8"))
SCHEMA = jsonschema.Draft202012Validator(PUBLISHED)
FILES = sorted(
    path for folder in ("examples", "lessons", "modules")
    for path in assets.path(folder).rglob("*.chain")
)  # fmt: skip


def test_what_is_published_is_what_the_forms_say():
    """If this fails: `python -m gui.schema`, and think of who reads the files of the old one."""
    assert schema.PATH.read_text(encoding="utf-8") == schema.text()


def test_it_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(PUBLISHED)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_of_ours_is_valid_by_it(path):
    SCHEMA.validate(json.loads(path.read_text(encoding="utf-8")))


def test_what_is_written_is_valid_by_it():
    for text in (SQUARE, RICH, to_text(document(np.ones(2))), sound()[0].data):
        SCHEMA.validate(json.loads(text))
    assert len(FILES) > 20


@pytest.mark.parametrize(
    "wrong",
    [
        "{}", "[]", '{"chainrule": "1", "nodes": []}', '{"chainrule": 1, "nodes": {}}',
        '{"chainrule": 1, "nodes": [], "more": 1}', '{"chainrule": 1, "nodes": [{"id": 1}]}',
        '{"chainrule": 1, "nodes": [], "edges": [{"from": ["a"], "to": ["b", "c"]}]}',
        '{"chainrule": 1, "nodes": [], "program": [{"do": "repeat", "body": [{}]}]}',
        '{"chainrule": 1, "nodes": [], "places": {"x": [1]}}',
    ],
)  # fmt: skip
def test_it_refuses_what_is_of_another_shape(wrong):
    assert not SCHEMA.is_valid(json.loads(wrong))


@pytest.mark.parametrize("seed", range(300))
def test_it_judges_as_the_reader_does(seed):
    """Of the shape of a file; but for 1.0, which is a whole number in JSON Schema only."""
    dice, texts = random.Random(seed), [SQUARE, RICH]
    try:
        raw = parse(_bent(dice, dice.choice(texts), texts))
    except Unreadable:  # no JSON for all readers: a schema is not asked
        return
    sound = isinstance(raw, dict) and not fit(raw)[1]
    assert SCHEMA.is_valid(raw) == sound


def test_the_graph_of_an_archive_is_such_a_file():
    text, _ = archive.graph_and_rest(archive.to_bytes(from_text(SQUARE)))
    SCHEMA.validate(json.loads(text))
