"""Gestures: one class each, begun by a press and ended by a release, Esc or an undo."""
