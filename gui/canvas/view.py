"""Where the canvas looks: a value that maps scene pixels to widget pixels and back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QTransform

SMALLEST, LARGEST = 0.004, 4.0


@dataclass(frozen=True, slots=True)
class View:
    """A scene point p is seen at `p * scale + (dx, dy)`."""

    scale: float = 1.0
    dx: float = 0.0
    dy: float = 0.0

    def to_view(self, p: QPointF) -> QPointF:
        return QPointF(p.x() * self.scale + self.dx, p.y() * self.scale + self.dy)

    def to_scene(self, p: QPointF) -> QPointF:
        return QPointF((p.x() - self.dx) / self.scale, (p.y() - self.dy) / self.scale)

    def rect_to_view(self, r: QRectF) -> QRectF:
        return QRectF(self.to_view(r.topLeft()), r.size() * self.scale)

    def rect_to_scene(self, r: QRectF) -> QRectF:
        return QRectF(self.to_scene(r.topLeft()), r.size() / self.scale)

    @property
    def transform(self) -> QTransform:
        return QTransform(self.scale, 0, 0, self.scale, self.dx, self.dy)

    def panned(self, dx: float, dy: float) -> View:
        return replace(self, dx=self.dx + dx, dy=self.dy + dy)

    def zoomed(self, factor: float, at: QPointF) -> View:
        """Zoom by `factor` so that the scene point under `at` (widget pixels) stays there."""
        scale = min(LARGEST, max(SMALLEST, self.scale * factor))
        kept = self.to_scene(at)
        return View(scale, at.x() - kept.x() * scale, at.y() - kept.y() * scale)

    def snapped(self, dpr: float) -> View:
        """The same view on whole device pixels: keeps lines crisp and lets panning scroll."""
        return replace(self, dx=round(self.dx * dpr) / dpr, dy=round(self.dy * dpr) / dpr)

    @staticmethod
    def fitting(
        scene: QRectF,
        size: QSizeF,
        margin: float = 28.0,
        largest: float = 1.25,
        smallest: float = SMALLEST,
    ) -> View:
        """All of `scene` in the middle of a widget of `size`, at a scale within these bounds."""
        room_w = max(1.0, size.width() - 2 * margin)
        room_h = max(1.0, size.height() - 2 * margin)
        scale = min(room_w / max(scene.width(), 1), room_h / max(scene.height(), 1), largest)
        scale = max(smallest, scale)
        centre = scene.center()
        return View(
            scale, size.width() / 2 - centre.x() * scale, size.height() / 2 - centre.y() * scale
        )
