"""What a small graph says from afar: values and gradients within the boxes, at a readable size."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from engine.graph import Graph
from gui.canvas.geometry import Geometry
from gui.canvas.paint import paint
from gui.canvas.view import View
from gui.model.document import Document
from gui.model.frames import EMPTY, NodeState
from gui.theme import LIGHT
from tests.canvas_kit import Still, leaf, product, ran, value

AWAY = (0.28, 0.3, 0.36, 0.42, 0.49)


def drawn(frame, scale, document=None) -> QImage:
    image = QImage(500, 260, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    geometry = Geometry.of(document or product())
    paint(painter, geometry, frame, LIGHT, None, View(scale, 20, 20), QRectF(image.rect()))
    painter.end()
    return image


def with_p(**rest) -> Still:
    return Still({**ran().nodes, "p": NodeState(requires_grad=True, **rest)}, ran().edges)


def box(document, node, scale) -> tuple[int, int, int, int]:
    left, top, right, bottom = Geometry.of(document).box(node)
    return tuple(round(20 + scale * x) for x in (left, top, right, bottom))


def pixels(image) -> np.ndarray:
    flat = np.frombuffer(image.constBits(), np.uint8).copy()  # the image may go
    return flat.reshape(image.height(), image.width(), 4)


def inked(part, token) -> int:
    color: QColor = LIGHT.color(token)
    away = np.abs(part[..., :3].astype(int) - [color.blue(), color.green(), color.red()])
    return int(np.count_nonzero(away.max(axis=2) < 70))


@pytest.mark.parametrize("scale", AWAY)
def test_a_box_says_its_value_and_its_gradient(qapp, scale):
    one, other = with_p(value=np.float32(4)), with_p(value=np.float32(7))
    assert drawn(one, scale) != drawn(other, scale)
    grads = [with_p(value=np.float32(4), grad=np.float32(g), live=True) for g in (2, 3)]
    assert drawn(grads[0], scale) != drawn(grads[1], scale)
    left, top, right, bottom = box(product(), "p", scale)
    inside = pixels(drawn(grads[0], scale))[top + 4 : bottom - 2, left + 3 : right - 3]
    assert 5 < inked(inside, "gradient") < 0.12 * inside.shape[0] * inside.shape[1], "no bar"


@pytest.mark.parametrize("scale", AWAY)
@pytest.mark.parametrize(
    "state",
    [
        {"value": np.float32(-1234.5678), "grad": np.float32(-0.00012345), "live": True},
        {"value": np.array([1.25, 2.5, 3.75, 4.125]), "grad": np.array([1.25, 2.5, 3.75, 4.125])},
        {"value": np.float32(1), "error": "RuntimeError: a sentence longer than any box is wide"},
    ],
)
def test_no_text_leaves_its_box(qapp, scale, state):
    """Outside nothing is changed but by the border's own colour."""
    long, short = pixels(drawn(with_p(**state), scale)), pixels(drawn(EMPTY, scale))
    left, top, right, bottom = box(product(), "p", scale)
    beyond = (long != short).any(axis=2)
    beyond[top - 4 : bottom + 5, left - 4 : right + 5] = False
    for node in "xq":
        l2, t2, r2, b2 = box(product(), node, scale)
        beyond[t2 - 4 : b2 + 5, l2 - 4 : r2 + 5] = False
    edge = pixels(drawn(with_p(value=np.float32(4)), scale))
    beyond &= (long != edge).any(axis=2)  # wires
    assert not beyond.any()


def test_a_freed_node_shows_that_it_had_a_gradient(qapp):
    freed = with_p(value=np.float32(4), grad=np.float32(3), freed=True)
    left, top, right, bottom = box(product(), "p", 0.42)
    inside = pixels(drawn(freed, 0.42))[top + 4 : bottom - 3, left + 3 : right - 3]
    assert inked(inside, "gradient") > 5
    for scale in (0.2, 0.26):
        assert drawn(freed, scale) != drawn(with_p(value=np.float32(4), freed=False), scale)


def test_a_leaf_says_its_value_and_what_is_stored(qapp):
    def shown(x, stored=None):
        node = value(x, is_leaf=True, stored=stored)
        return drawn(Still({**ran().nodes, "x": node}, ran().edges), 0.42)

    assert shown(2) != shown(3)
    assert shown(2, np.float32(1)) != shown(2, np.float32(5)) != shown(2)


def test_titles_of_regions_are_read_from_afar(qapp):
    document = product()
    geometry = Geometry.of(document)
    tab = geometry.regions[geometry.region_row["r"]].tab
    x, y = (round(20 + 0.42 * at) for at in (tab[0], tab[3]))
    part = pixels(drawn(EMPTY, 0.42))[y - 12 : y, x + 2 : x + 60]
    assert inked(part, "muted") > 20


def test_large_graphs_say_names_only(qapp):
    leaves = [leaf(f"n{k}") for k in range(301)]
    document = Document(Graph.of(leaves, []), (), {n.id: (0, 60 * k) for k, n in enumerate(leaves)})

    def shown(x):
        return drawn(Still({"n0": value(x, is_leaf=True)}, {}), 0.42, document)

    assert shown(2) == shown(3)


def test_wires_do_not_run_through_what_a_freed_node_says(qapp):
    """It has only a dashed border: without a surface its text lay upon wires."""
    places = {"x": (0, 100), "p": (900, 100), "q": (300, 93), "n": (0, 400)}
    document = Document(product().graph, (), places)
    freed = Still({**ran().nodes, "q": value(4, freed=True)}, ran().edges)
    left, top, right, bottom = box(document, "q", 0.55)
    image = pixels(drawn(freed, 0.55, document))
    assert inked(image[top + 16 : bottom - 3, left - 20 : left - 6], "value") > 10, "no wire here"
    assert inked(image[top + 16 : bottom - 3, right - 20 : right - 6], "value") == 0
