"""Breakpoints, run to, the camera, loops, speeds and captions, driven through the real window."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from gui.canvas.curves import at as along
from gui.model import edits
from gui.model.film import Film
from tests.window_kit import Key, Mod, end, fresh_settings, lesson, open_lesson, opened, settled

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def chain(app, qtbot):
    """A lesson, run, at its beginning, with the focus on the canvas."""
    open_lesson(qtbot, app, "perceptron")
    app.player.first()
    app.canvas.setFocus()
    return app


def middle(app, node):
    box = app.canvas.geometry_.bounds([node])
    at = QPointF((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    return app.canvas.view.to_view(at).toPoint()


def select(app, qtbot, node):
    qtbot.mouseClick(app.canvas, LEFT, pos=middle(app, node))
    assert app.selection.items == {node}


def some_node(app):
    """A node the run comes to forward and backward."""
    film = app.player.film
    return next(i for i in app.editor.document.graph.nodes if len(film.visits(i)) > 1)


# ---- run to ----------------------------------------------------------------------------------


def test_run_to_a_node_goes_to_its_next_step_and_back_to_the_one_before(chain, qtbot):
    node = some_node(chain)
    select(chain, qtbot, node)
    steps = list(chain.player.film.visits(node))
    for step in steps:
        qtbot.keyClick(chain.canvas, Key.Key_F10, Mod.ControlModifier)
        assert chain.player.step == step
        assert node in chain.player.frame.active
    qtbot.keyClick(chain.canvas, Key.Key_F10, Mod.ControlModifier)
    assert chain.player.step == steps[-1]  # nowhere further; and it says so
    assert "does not come there" in chain.window.statusBar().currentMessage()
    qtbot.keyClick(chain.canvas, Key.Key_F10, Mod.ControlModifier | Mod.ShiftModifier)
    assert chain.player.step == steps[-2]


def test_the_context_menu_runs_to_a_node(chain, qtbot):
    node = some_node(chain)
    hit = chain.canvas.hit(middle(chain, node))
    menu = chain.canvas.menu_for(hit, QPointF())
    entry = next(a for a in menu.actions() if a.text().startswith("Run to here"))
    entry.trigger()
    menu.close()
    assert chain.player.step == chain.player.film.visits(node)[0]


def test_without_one_node_selected_there_is_nowhere_to_run_to(chain):
    chain.selection.set()
    chain.window.refresh()
    actions = chain.window.actions_by_id
    assert not any(actions[i].isEnabled() for i in ("run_to", "run_back_to", "breakpoint"))


# ---- breakpoints -----------------------------------------------------------------------------


def play(app, seconds=0.1, most=3000):
    """Play until it stops by itself."""
    app.player.play()
    for _ in range(most):
        if not app.player.playing:
            return
        app.player.tick(seconds)
    raise AssertionError("it never stops")


def test_playing_stops_before_a_node_and_says_why(chain, qtbot):
    node = some_node(chain)
    select(chain, qtbot, node)
    qtbot.keyClick(chain.canvas, Key.Key_F9)
    name = chain.editor.document.graph.nodes[node].name
    for step in chain.player.film.visits(node):
        if step:
            play(chain)
            assert chain.player.step == step - 1
            assert f"Stopped at a breakpoint before {name}." in chain.caption.sentence
            assert node not in chain.player.frame.active or step in _borders(chain)
    play(chain)
    assert chain.player.step == len(chain.player.film) - 1
    assert "Stopped" not in chain.caption.sentence


def _borders(app):
    return {c.first for c in app.player.film.timeline.chapters}


def test_stepping_on_takes_the_reason_away(chain, qtbot):
    node = some_node(chain)
    chain.playing.breakpoints.toggle(node)
    play(chain)
    assert chain.player.why
    qtbot.keyClick(chain.canvas, Key.Key_Right)
    assert not chain.player.why
    assert "Stopped" not in chain.caption.sentence


def test_playing_stops_after_an_edge_has_carried_its_gradient(chain, qtbot):
    film = chain.player.film
    key = next(k for k in chain.editor.document.graph.edges if len(film.crossings(k)) > 1)
    curve = chain.canvas.geometry_.curves[chain.canvas.geometry_.edge_row[key]]
    qtbot.mouseClick(
        chain.canvas, LEFT, pos=chain.canvas.view.to_view(QPointF(*along(curve, 0.5))).toPoint()
    )
    assert chain.selection.edges == {key}
    qtbot.keyClick(chain.canvas, Key.Key_F9)
    steps = film.crossings(key)
    play(chain)
    assert chain.player.step == steps[0]
    assert "after" in chain.player.why
    play(chain)
    assert chain.player.step == steps[1]
    assert chain.player.frame.edge(key).grad is not None
    assert chain.player.phase == 1.0


def test_at_100_steps_a_second_no_breakpoint_is_jumped_over(chain, qtbot):
    node = some_node(chain)
    chain.playing.breakpoints.toggle(node)
    chain.player.set_speed(100.0)
    chain.player.play()
    chain.player.tick(10.0)
    first = next(step for step in chain.player.film.visits(node) if step)
    assert (chain.player.step, chain.player.playing) == (first - 1, False)


def test_run_to_stops_at_a_breakpoint_on_its_way_both_ways(chain):
    film, graph = chain.player.film, chain.editor.document.graph
    stop, goal = sorted(
        (film.visits(i)[0], i) for i in graph.nodes if film.visits(i) and film.visits(i)[0] > 1
    )[:2]
    chain.playing.breakpoints.toggle(stop[1])
    chain.playing.run_to(goal[1], 1)
    assert chain.player.step == stop[0] - 1
    assert chain.player.why
    chain.player.last()
    chain.playing.run_to(next(i for i in graph.nodes if list(film.visits(i))[:1] == [0]), -1)
    assert chain.player.step == film.visits(stop[1])[-1] - 1


def test_a_breakpoint_that_is_off_does_not_stop_and_del_takes_it_away(chain, qtbot):
    node = some_node(chain)
    chain.playing.breakpoints.toggle(node)
    qtbot.keyClick(chain.canvas, Key.Key_F9, Mod.ControlModifier)
    stops = chain.stops
    assert stops.list.hasFocus()
    assert stops.list.count() == 1
    qtbot.keyClick(stops.list, Key.Key_Down)
    qtbot.keyClick(stops.list, Key.Key_Space)
    assert chain.playing.breakpoints.spots == {node: False}
    play(chain)
    assert chain.player.step == len(chain.player.film) - 1
    stops.list.setCurrentRow(0)
    qtbot.keyClick(stops.list, Key.Key_Delete)
    assert not chain.playing.breakpoints.spots
    assert not stops.list.isVisible()
    assert stops.none.isVisible()


def test_a_breakpoint_survives_an_edit_and_goes_with_its_node(chain, qtbot):
    node = some_node(chain)
    chain.playing.breakpoints.toggle(node)
    document = edits.rename(chain.editor.document, node, "renamed")
    chain.editor.apply("Rename", document)
    assert node in chain.playing.breakpoints.spots
    assert chain.stops.list.item(0).text() == "Before renamed"
    chain.editor.apply("Delete", edits.remove(document, [node]))
    assert not chain.playing.breakpoints.spots
    told = chain.window.statusBar().currentMessage()
    assert told == "The breakpoint before renamed went with it."
    settled(qtbot, chain)


def test_breakpoints_are_remembered_for_a_file_but_not_in_it(chain, qtbot, tmp_path):
    path = tmp_path / "a.chain"
    path.write_bytes(lesson("square").read_bytes())
    chain.filing.open(path)
    settled(qtbot, chain)
    before = path.read_bytes()
    chain.playing.breakpoints.toggle("y")
    key = next(iter(chain.editor.document.graph.edges))
    chain.playing.breakpoints.toggle(key)
    chain.playing.breakpoints.switch(key, on=False)
    chain.filing.save()
    assert path.read_bytes() == before
    chain.filing.new()
    assert not chain.playing.breakpoints.spots
    chain.filing.open(path)
    settled(qtbot, chain)
    assert chain.playing.breakpoints.spots == {"y": True, key: False}


@pytest.mark.parametrize("kept", ["{", "[1]", '{"x": 3}', "[" * 100_000])
def test_what_the_settings_say_of_files_may_be_damaged(chain, tmp_path, kept):
    path = tmp_path / "a.chain"
    path.write_bytes(lesson("square").read_bytes())
    chain.settings._store.setValue("files/breakpoints", kept)
    chain.filing.open(path)
    assert not chain.playing.breakpoints.spots


def test_a_breakpoint_is_drawn_and_its_shape_says_whether_it_is_on(chain):
    node = some_node(chain)
    without = chain.canvas.grab().toImage()
    chain.playing.breakpoints.toggle(node)
    on = chain.canvas.grab().toImage()
    chain.playing.breakpoints.switch(node, on=False)
    off = chain.canvas.grab().toImage()
    assert without != on != off != without


# ---- what comes next -------------------------------------------------------------------------


def test_the_next_node_is_marked_and_the_current_one_is_not(chain, qtbot):
    for step in range(-1, len(chain.player.film) - 1):
        chain.player.go(step)
        following = chain.player.film.frame(step + 1).active
        assert chain.canvas.marks.next == following - chain.player.frame.active
    chain.player.last()
    assert not chain.canvas.marks.next


def test_visits_are_counted_on_demand(chain, qtbot):
    chain.player.last()
    before = chain.canvas.grab().toImage()
    chain.window.actions_by_id["counts"].trigger()
    assert chain.canvas.grab().toImage() != before
    node = some_node(chain)
    visits = chain.player.film.visits(node)
    for step, count in ((-1, 0), (visits[0], 1), (visits[1], 2)):
        chain.player.go(step)
        assert chain.canvas.marks.visits(node) == count
    chain.window.actions_by_id["counts"].trigger()
    assert chain.canvas.marks.visits is None


# ---- speed and loops -------------------------------------------------------------------------


def test_brackets_change_the_speed_up_to_100_steps_a_second(chain, qtbot):
    for _ in range(12):
        qtbot.keyClick(chain.canvas, Key.Key_BracketRight)
    assert chain.player.speed == 100.0
    assert chain.transport.speed.currentText() == "100×"
    assert chain.settings.speed == 100.0
    for _ in range(12):
        qtbot.keyClick(chain.canvas, Key.Key_BracketLeft)
    assert chain.player.speed == 0.25


def test_a_looped_chapter_begins_anew_and_stopping_keeps_the_step(chain, qtbot):
    chapter = next(c for c in chain.player.film.timeline.chapters if c.kind == "backward")
    chain.player.go(chapter.last)
    chain.window.actions_by_id["loop"].trigger()
    chain.player.play()
    seen = []
    for _ in range(3 * (chapter.last - chapter.first + 1)):
        chain.player.tick(1.0)
        seen.append(chain.player.step)
    whole = list(range(chapter.first, chapter.last + 1))
    assert seen == (whole * 4)[1 : len(seen) + 1]  # it had come to the last step already
    chain.player.tick(2.0)
    here = chain.player.step
    chain.player.toggle()
    assert (chain.player.step, chain.player.playing) == (here, False)
    assert chain.window.actions_by_id["loop"].isChecked()


# ---- the camera ------------------------------------------------------------------------------


def follow(app, on=True):
    if app.playing.follow.on != on:
        app.window.actions_by_id["follow"].trigger()
    return app.playing.follow


def still(camera):
    for _ in range(400):
        camera.tick(0.016)
    assert not camera._timer.isActive()


def in_the_middle(app):
    node = next(iter(app.player.frame.active))
    at, room = middle(app, node), app.canvas.rect()
    return abs(at.x() - room.center().x()) < 3 and abs(at.y() - room.center().y()) < 3


@pytest.fixture
def close(chain):
    """So near that not all of the graph is in sight."""
    chain.canvas.zoom_to(3.0)
    return chain


def test_the_camera_goes_gently_to_where_the_step_happens(close):
    camera = follow(close)
    close.player.last()
    still(camera)
    start = close.canvas.view
    close.player.go(0)
    assert close.canvas.view == start  # nothing jumps
    camera.tick(0.05)
    part = close.canvas.view
    still(camera)
    assert start != part != close.canvas.view
    assert in_the_middle(close)


def test_the_camera_stays_where_the_node_is_in_the_middle_or_all_is_in_sight(chain):
    camera = follow(chain)
    chain.canvas.fit_all()
    for step in range(len(chain.player.film)):
        chain.player.go(step)
        assert not camera._timer.isActive()  # the whole graph is in sight


def test_panning_by_hand_switches_the_camera_off(close, qtbot):
    camera = follow(close)
    assert close.settings.follow
    start = QPoint(300, 200)
    qtbot.mousePress(close.canvas, Qt.MouseButton.MiddleButton, pos=start)
    qtbot.mouseMove(close.canvas, start + QPoint(40, 10))
    qtbot.mouseRelease(close.canvas, Qt.MouseButton.MiddleButton, pos=start + QPoint(40, 10))
    assert not camera.on
    assert not close.settings.follow
    assert not close.window.actions_by_id["follow"].isChecked()


def test_with_reduced_motion_the_camera_jumps(close):
    close.settings.reduced_motion = True
    follow(close)
    close.player.last()
    close.player.go(0)
    assert not close.playing.follow._timer.isActive()
    assert in_the_middle(close)


# ---- captions --------------------------------------------------------------------------------


def test_the_caption_is_copied_when_it_has_the_focus(chain, qtbot):
    chain.player.go(2)
    qtbot.mouseClick(chain.caption, LEFT)
    assert chain.caption.hasFocus()
    qtbot.keyClick(chain.caption, Key.Key_C, Mod.ControlModifier)
    assert QGuiApplication.clipboard().text() == chain.caption.sentence
    assert chain.player.frame.caption in chain.caption.sentence


def test_all_captions_are_copied_a_line_a_step(chain, qtbot):
    QGuiApplication.clipboard().setText("")
    menu = chain.caption.menu()
    next(a for a in menu.actions() if a.text() == "Copy all captions").trigger()
    menu.close()
    qtbot.waitUntil(lambda: bool(QGuiApplication.clipboard().text()))
    told = QGuiApplication.clipboard().text()
    assert all(chain.player.film.frame(k).caption in told for k in range(len(chain.player.film)))


def test_how_many_captions_were_copied_is_said_of_the_film_that_was_copied(chain, qtbot):
    steps, said = len(chain.player.film), []
    chain.playing.message.connect(said.append)
    chain.playing.copy_captions()
    chain.player.set_film(Film(), -1)
    qtbot.waitUntil(lambda: bool(said))
    assert said == [f"Captions of {steps} steps copied"]


# ---- presenter mode --------------------------------------------------------------------------


def layout(app):
    window = app.window
    docks = {name: (d.isHidden(), d.geometry()) for name, d in window.docks.items()}
    bars = [w.isHidden() for w in (window.menuBar(), window.statusBar(), window.menus.bar)]
    return window.geometry(), docks, bars, app.canvas.view, app.canvas.size(), app.caption.height()


def test_presenter_mode_hides_all_but_the_graph_and_leaves_all_as_it_was(chain, qtbot):
    chain.window.docks["outline"].hide()
    QApplication.processEvents()
    before = layout(chain)
    qtbot.keyClick(chain.canvas, Key.Key_F12)
    QApplication.processEvents()
    window = chain.window
    assert window.isFullScreen()
    assert all(dock.isHidden() for dock in window.docks.values())
    assert window.menuBar().isHidden()
    assert window.statusBar().isHidden()
    assert chain.transport.isVisible()
    assert chain.caption.height() > 1.5 * before[-1]
    assert window.actions_by_id["present"].isChecked()
    qtbot.keyClick(chain.canvas, Key.Key_Escape)
    QApplication.processEvents()
    assert layout(chain) == before
    assert not window.isFullScreen()


def test_it_plays_on_while_the_mode_is_entered_and_left(chain, qtbot):
    chain.player.play()
    qtbot.keyClick(chain.canvas, Key.Key_F12)
    assert chain.player.playing
    chain.player.tick(1.5)
    assert chain.player.step >= 0
    qtbot.keyClick(chain.canvas, Key.Key_Right)
    assert not chain.player.playing
    chain.player.play()
    qtbot.keyClick(chain.canvas, Key.Key_Escape)
    assert chain.player.playing
    chain.player.pause()


def test_the_pointer_leaves_a_trail_that_fades(chain, qtbot):
    qtbot.keyClick(chain.canvas, Key.Key_F12)
    QApplication.processEvents()
    pointer = chain.presenter._pointer
    assert pointer.isVisible()
    for x in (100, 160, 220):
        qtbot.mouseMove(chain.canvas, QPoint(x, 150))
    assert pointer.at == QPointF(chain.canvas.mapTo(chain.window, QPoint(220, 150)))
    assert len(pointer.trail) >= 2
    pointer.tick(1.0)
    assert not pointer.trail
    assert not pointer._timer.isActive()
    qtbot.keyClick(chain.canvas, Key.Key_Escape)
    assert not pointer.isVisible()


def test_esc_ends_a_gesture_before_it_ends_the_mode(chain, qtbot):
    qtbot.keyClick(chain.canvas, Key.Key_F12)
    QApplication.processEvents()
    qtbot.mousePress(chain.canvas, LEFT, pos=QPoint(8, 8))
    qtbot.mouseMove(chain.canvas, QPoint(60, 60))
    assert chain.canvas.tool is not None
    qtbot.keyClick(chain.canvas, Key.Key_Escape)
    assert chain.presenter.on
    qtbot.mouseRelease(chain.canvas, LEFT, pos=QPoint(60, 60))
    qtbot.keyClick(chain.canvas, Key.Key_Escape)
    assert not chain.presenter.on


def test_closing_the_window_while_presenting_remembers_the_layout_before(qtbot, home_of_its_own):
    app = opened(qtbot)
    open_lesson(qtbot, app, "square")
    app.presenter.enter()
    QApplication.processEvents()
    end(app)
    again = opened_again(qtbot)
    assert not again.window.isFullScreen()
    assert not again.window.docks["inspector"].isHidden()
    end(again)
    fresh_settings()


def opened_again(qtbot):
    from gui.app import App

    app = App()
    app.window.show()
    qtbot.waitUntil(app.window.isVisible)
    return app


def test_the_transport_is_tidy_in_a_narrow_window(chain):
    chain.window.resize(1000, 700)
    QApplication.processEvents()
    parts = [*chain.transport.buttons.values(), chain.transport.speed, chain.transport.scrub]
    rights = [p.mapTo(chain.transport, QPoint(p.width(), 0)).x() for p in parts]
    lefts = [p.mapTo(chain.transport, QPoint(0, 0)).x() for p in parts]
    assert all(a <= b for a, b in zip(rights, lefts[1:], strict=False))
    assert rights[-1] <= chain.transport.width()
    assert chain.transport.scrub.width() >= 120
