"""The longer texts of the Help menu."""

KEYS = """\
Compose
  Tab, Shift+A or double-click   add an operation
  drag from a port               wire it · on empty canvas: add and wire
  drag a wired input             re-route it
  Enter · F2                     edit the value · rename
  Del · Ctrl+Del                 delete · delete and bridge
  Ctrl+D · Ctrl+C/X/V            duplicate · copy, cut, paste
  N · Ctrl+G                     no_grad region · group
  Tab with a node selected       add an operation that reads it
  L                              wire two selected nodes together
  Alt+Shift+drag                 cut wires
  Shift+arrows · Alt+arrows      nudge · walk the graph

Run
  F5 · F6 · F7                   forward · backward · zero_grad
  Space                          play or pause
  ← →                            one step back or on
  F11 · F10                      next step · next node (Shift: back)
  Ctrl+Home · Ctrl+End           beginning · end

Look
  wheel · middle drag            zoom · pan
  F · Home · Ctrl+0              fit the selection · fit all · 100 %
  Alt+M · Ctrl+K                 minimap · every command
  Esc                            cancel the gesture, then the selection\
"""


def about(version: str) -> str:
    """What the About box says."""
    return (
        "Chainrule: see backprop happen.\n\n"
        "Compose a computation graph, run it on an engine that does what PyTorch does, and step "
        f"through its backward pass.\n\nEngine: {version}"
    )


def broken(error: str) -> str:
    """What is said when the fault is ours."""
    return f"Your work is still open. Save it under a new name to be safe, then go on.\n\n{error}"
