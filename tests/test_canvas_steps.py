"""Above a few hundred nodes a step repaints only what it changes, and the picture is the same as if
all of it had been painted."""

import random

import numpy as np
import pytest
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QRegion
from PySide6.QtWidgets import QApplication

from benchmarks.playback import film, network, run
from gui.canvas import surface
from gui.canvas.layer import WORTH, _area, _few
from gui.model.document import Document
from gui.theme import DARK, LIGHT
from tests.canvas_kit import flowing, product, rig_for

NODES = surface.WHOLE_UP_TO + 50
ROUNDED = 8
"""Of 255: a part painted alone rounds some antialiased colours differently."""


@pytest.fixture(scope="module")
def shown():
    document = network(NODES)
    return document, film(document, run(document))


def stage(qtbot, document: Document, film_, theme=LIGHT):
    rig = rig_for(qtbot, document)
    rig.canvas.set_theme(theme)
    rig.canvas.show_frame(film_.frame(0))
    return rig


def whole(rig):
    """The picture as it is when nothing of it was there, which is then asked for."""
    rig.canvas._layer.invalidate()
    rig.canvas.update()
    return rig.picture()


def seen(rig):
    """What is on the screen when no more has been painted than was asked for."""
    QApplication.processEvents()
    return rig.canvas.screen().grabWindow(rig.canvas.winId()).toImage()


def steps_at(film_, seed: int, count: int):
    """Steps on and back and jumps of a few."""
    rng, step = random.Random(seed), len(film_) // 2
    for _ in range(count):
        step = min(max(0, step + rng.choice((-3, -1, 1, 1, 1, 2, 5))), len(film_) - 1)
        yield step


@pytest.mark.parametrize("scale", [1.0, 0.6, 0.3])
@pytest.mark.parametrize("square", [False, True], ids=["curves", "corners"])
def test_what_a_step_paints_is_what_all_would_be(qtbot, shown, scale, square):
    document, film_ = shown
    rig = stage(qtbot, document, film_, DARK if square else LIGHT)
    rig.canvas.set_right_angled(square)
    for step in steps_at(film_, int(scale * 10), 40):
        active = next(iter(film_.frame(step).active), None)
        if active is not None and step % 4 == 0:
            rig.canvas.centre_on(active)
            rig.canvas.zoom_to(scale)
            whole(rig)
        assert rig.canvas.view.scale in (1.0, scale)
        seen(rig)
        rig.canvas.show_frame(film_.frame(step))
        painted = seen(rig)
        assert rig.picture() == whole(rig), f"the still picture of step {step}"
        assert painted == seen(rig), f"what is on the screen at step {step}"


@pytest.mark.parametrize("painted_between", [False, True])
def test_a_step_before_or_beyond_what_a_pan_brings_in_is_painted(qtbot, shown, painted_between):
    """The still picture lies where it was last painted, and reaches beyond what is in sight."""
    document, film_ = shown
    rig = stage(qtbot, document, film_)
    canvas, rng, middle = rig.canvas, random.Random(4), len(film_) // 2
    for k, step in enumerate(range(middle, middle + 40)):
        active = next(iter(film_.frame(step).active), None)
        if active is not None and k % 4 == 0:
            canvas.centre_on(active)
            canvas.set_view(canvas.view.panned(0, canvas.height() / 2))
        whole(rig)
        canvas.finish_refining()
        if painted_between:
            canvas.show_frame(film_.frame(step))
            seen(rig)
        canvas.set_view(canvas.view.panned(rng.randrange(-60, 60), rng.randrange(-110, -60)))
        if not painted_between:
            canvas.show_frame(film_.frame(step))
        painted = rig.picture()
        assert off(painted, whole(rig)) <= ROUNDED, f"step {step}"


def off(one, other) -> int:
    """By how much of 255 two pictures differ at most."""
    parts = (np.frombuffer(image.constBits(), np.uint8).astype(np.int16) for image in (one, other))
    return int(np.abs(next(parts) - next(parts)).max())


def test_what_is_written_in_a_node_keeps_away_from_its_border(qtbot):
    """A part that shows less of a node than that is painted without what is written in it."""
    rig = rig_for(qtbot, product())
    rig.canvas.show_frame(flowing())
    look = rig.canvas.geometry_
    row = look.row["p"]
    (x, y), (width, height) = look.xy[row].tolist(), look.size[row].tolist()
    for part in ((x, y + height - 8, width, 3), (x, y + height - 6, width, 2)):
        rig.canvas._layer.invalidate()
        rig.picture()
        before = rig.picture()
        rig.canvas._damage([QRectF(*part)])
        assert off(rig.picture(), before) <= ROUNDED


def test_the_card_of_a_sum_and_the_way_of_what_has_no_edge_are_painted_and_wiped(qtbot, shown):
    document, film_ = shown
    rig = stage(qtbot, document, film_)
    sums = [k for k in range(len(film_)) if film_.frame(k).summing is not None][:6]
    assert sums
    for step in sums:
        rig.canvas.centre_on(film_.frame(step).summing)
        rig.canvas.show_frame(film_.frame(step - 1))
        whole(rig)
        for other in (step, step + 1, step):
            seen(rig)
            rig.canvas.show_frame(film_.frame(other))
            painted = seen(rig)
            whole(rig)
            assert painted == seen(rig), f"step {other}"


def test_a_step_leaves_most_of_the_still_picture_as_it_is(qtbot, shown, monkeypatch):
    document, film_ = shown
    rig = stage(qtbot, document, film_)
    rig.picture()
    damaged = []
    damage = type(rig.canvas._layer).damage

    def noted(layer, rects, view):
        region = damage(layer, rects, view)
        damaged.append(sum(_area(rect) for rect in region))
        return region

    monkeypatch.setattr(type(rig.canvas._layer), "damage", noted)
    middle = len(film_) // 2
    for step in range(middle, middle + 60):
        active = next(iter(film_.frame(step).active), None)
        if active is not None:
            rig.canvas.centre_on(active)
            rig.picture()
        rig.canvas.show_frame(film_.frame(step))
    assert 0 < max(damaged) < 0.2 * rig.canvas.width() * rig.canvas.height()


def test_rectangles_are_made_one_where_little_is_wasted():
    near, far = QRect(0, 0, 100, 50), QRect(5000, 4000, 10, 10)
    found = _few(QRegion(near) + QRegion(QRect(90, 40, 80, 60)) + QRegion(far))
    assert far in found
    assert len(found) == 2
    assert _area(found[0].united(found[1])) > WORTH
