"""Training in the real window: added by menu, run, looked at as a curve, its values kept."""

import pytest

from gui.app import App
from gui.dress import dress
from gui.model.document import Document
from gui.theme import LIGHT
from tests.engine.test_repeat import repeat
from tests.engine.test_training import STEP, ZERO, optimizer
from tests.runs import FORWARD, backward, square

TRAIN = (optimizer(params=["x"], lr=0.1), repeat(3, ZERO, FORWARD, backward("y"), STEP))


@pytest.fixture
def app(qtbot, home_of_its_own):
    made = App()
    made.window.resize(1400, 900)
    made.window.show()
    qtbot.waitUntil(made.window.isVisible)
    yield made
    made.editor.history.setClean()
    made.window.close()
    dress(LIGHT)


@pytest.fixture
def trained(app, qtbot):
    app.editor.open(Document(square(3.0), TRAIN, {"x": (0.0, 0.0), "y": (200.0, 0.0)}))
    qtbot.waitUntil(lambda: not app.runner.busy and len(app.player.film) > 10)
    app.player.last()
    return app


def command(app, name):
    app.window.actions_by_id[name].trigger()


def test_trained_values_are_kept_as_one_edit_that_is_run_again(trained, qtbot):
    count = trained.editor.history.count()
    command(trained, "keep_trained")
    data = trained.editor.document.graph.nodes["x"].params["data"]
    assert data == pytest.approx(1.536)
    assert trained.editor.history.undoText() == "Keep the trained values of x"
    assert trained.editor.history.count() == count + 1
    qtbot.waitUntil(lambda: not trained.runner.busy)
    trained.player.last()
    assert float(trained.player.frame.node("x").value) == pytest.approx(1.536 * 0.8**3)
    trained.editor.history.undo()
    assert trained.editor.document.graph.nodes["x"].params["data"] == 3.0


def test_without_training_there_is_nothing_to_keep(app, qtbot):
    app.editor.open(Document(square(), (FORWARD, backward("y"))))
    qtbot.waitUntil(lambda: not app.runner.busy)
    document = app.editor.document
    command(app, "keep_trained")
    assert app.editor.document is document
    assert "No leaf has another value" in app.window.statusBar().currentMessage()


def test_the_loss_curve_comes_to_the_front(trained, qtbot):
    command(trained, "loss")
    assert trained.loss.isVisible()
    assert trained.loss.told.text() == "y = 3.686 at backward #3 of 3"
    trained.player.first()
    assert trained.loss.told.text() == ""


def test_every_step_of_a_training_can_be_painted(trained):
    for step in range(len(trained.player.film)):
        trained.player.go(step)
        trained.canvas.repaint()
    told = "opt.step(): x ← x − lr·grad: 1.92 − 0.1·3.84 = 1.536."
    assert trained.caption.sentence.endswith(told)
