"""Text can be read on what it stands on: computed as WCAG counts it, from the theme's tokens."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QPalette

from gui import theme as themes
from gui.panels.parts import contrast, sheet
from gui.theme import READ_ON, THEMES, palette, style_sheet

ROOT = Path(__file__).parents[1]
ENOUGH = 4.5
each_theme = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)


@each_theme
def test_every_text_token_can_be_read_on_every_ground_it_is_used_on(theme):
    poor = {
        (ink, ground): round(contrast(getattr(theme, ink), getattr(theme, ground)), 2)
        for ink, grounds in READ_ON.items()
        for ground in grounds
        if contrast(getattr(theme, ink), getattr(theme, ground)) < ENOUGH
    }
    assert not poor


def rules(text):
    """(selector, its declarations) of a style sheet."""
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
        yield (
            selector.strip(),
            dict(part.split(":", 1) for part in body.replace(" ", "").split(";") if ":" in part),
        )


@each_theme
def test_every_rule_of_the_style_sheet_has_text_that_can_be_read(theme):
    known = {getattr(theme, token) for token in ("window", "surface")}
    seen = 0
    for selector, says in rules(style_sheet(theme) + sheet(theme)):
        ink = says.get("color", "")
        if not ink.startswith("#") or ":disabled" in selector:
            continue  # what cannot be used need not be read
        ground = says.get("background", says.get("background-color", ""))
        for on in {ground} if ground.startswith("#") else known:
            seen += 1
            assert contrast(ink, on) >= ENOUGH, f"{selector}: {ink} on {on}"
    assert seen > 20


@each_theme
def test_every_standard_widget_can_be_read(theme):
    made, role = palette(theme), QPalette.ColorRole
    for ink, ground in (
        (role.WindowText, role.Window), (role.Text, role.Base), (role.ButtonText, role.Button),
        (role.ToolTipText, role.ToolTipBase), (role.HighlightedText, role.Highlight),
        (role.PlaceholderText, role.Base), (role.Link, role.Window),
        (role.Text, role.AlternateBase),
    ):  # fmt: skip
        assert contrast(made.color(ink).name(), made.color(ground).name()) >= ENOUGH, ink


def chips():
    """(file, ink, fill) of every label on the canvas whose colours are written in the code."""
    for path in sorted((ROOT / "gui" / "canvas").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not ast.unparse(node.func).endswith(".chip"):
                continue
            said = {k.arg: k.value for k in node.keywords}
            ink, fill = said.get("ink"), said.get("fill")
            if isinstance(ink, ast.Constant) and isinstance(fill, ast.Constant):
                yield path.name, ink.value, fill.value


def test_labels_on_the_canvas_keep_to_pairs_that_are_checked():
    found = set(chips())
    assert len(found) >= 3
    assert not [(f, ink, fill) for f, ink, fill in found if fill not in READ_ON.get(ink, ())]


def test_the_list_names_all_tokens_text_is_written_in():
    written = set()
    for path in (ROOT / "gui").rglob("*.py"):
        written |= set(re.findall(r'label\([^()]*, "(\w+)"', path.read_text("utf-8")))
    assert written & set(vars(themes.LIGHT)) <= READ_ON.keys()


@each_theme
def test_the_focus_and_the_border_of_a_field_can_be_made_out(theme):
    """3 : 1 is what WCAG wants of what is no text."""
    for ground in ("window", "surface", "canvas"):
        assert contrast(theme.selection, getattr(theme, ground)) >= 3
    assert QColor(theme.selection) != QColor(theme.border)
