"""The canvas: one widget that paints a graph from arrays, and the gestures that edit it."""
