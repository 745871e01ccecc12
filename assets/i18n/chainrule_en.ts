<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>Chainrule</name>
    <message>
        <source> pixels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;100 %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;About Chainrule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Add operation…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Backward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Clear the program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Close window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Commands…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Digits of a number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Duplicate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Edit the value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Find a node…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Find room for what overlaps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Forward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Group the selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;History instead of the graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Language (at the next start)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Lead a wire with the arrow keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Lessons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Manual</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Minimap</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Mute or unmute</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;New</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Panels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Reduced motion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Reduced motion: jump from step to step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Rename</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Ungroup</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Wire two selected nodes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;enable_grad region around the selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;inference_mode region around the selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;no_grad region around the selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;retain_graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;zero_grad</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>+ Column</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>+ Row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A folded group is one box: its inputs, its results, what flows back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A muted operation passes its first input on as it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A seed is a whole number from 0 on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About Chainrule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accumulation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a line after this one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a no&amp;te</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add the nodes to the selected region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Align bottom edges</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Align centres, one below the other</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Align left edges</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Align middles, side by side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Align right edges</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Align top edges</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All about the node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All about the selected node: value, gradient, formula, settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All nodes in statement order, then the regions; selecting here selects there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All of them; each can be changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another seed, and fill again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arran&amp;ge</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arranging …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As it was opened</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to the graph (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward from …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Between {} and {} is nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Blank graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel the gesture, then the selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Canvas</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Canvas, transport, each panel, toolbar: the focus goes round</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cells from a spreadsheet, or a PyTorch or NumPy literal (Ctrl+V)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cells, shape, dtype, paste, random values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changes are seen at once; Cancel takes them back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear every .grad, as new lines of the program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click a line, or press Enter on it, to see it run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click a line, or press Enter on it, to select what it stands for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click a step, or press Enter on it, to go there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close this panel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Commands</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compose a computation graph, run it on an engine that does what PyTorch does, and step through its backward pass.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied as a picture of {} × {} pixels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy as code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy as p&amp;icture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>De&amp;lete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete and &amp;bridge the gap</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete the region with its members</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete this line (Del)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Distribute horizontally</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Distribute vertically</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag, or use the arrow keys · Esc takes it back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Duplicate this line (Ctrl+D)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit as a ta&amp;ble…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit as table…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Engine: {} · MIT licence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every edit by its name; choose one to go back or on to it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every operation there is, to add to the graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Expect an error here: try … except (T)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>F&amp;old or unfold the group</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files you open or save are listed here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fill</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fill with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find a command or a key…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find a command, a lesson or a node…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fit selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Float or put back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget these</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gestures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the end (Ctrl+End)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the start (Ctrl+Home)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradient ledger</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradients</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradients arrive here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Graph or history</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heat map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>High contrast</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>History</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>History canvas</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Home on the canvas does the same</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Index in dimension {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jump from step to step instead of animating</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the saved tensors, so that backward can run a second time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keyboard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lay the selection (or everything) out from left to right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Legend</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lesson</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lessons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lessons, recent files, a blank graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lessons, recent files, a blank graph, a file to open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Licence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log of all steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Made with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Module</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move down (Alt+↓)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move up (Alt+↑)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Moves only the nodes that lie on others; what you placed stays</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New &amp;window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New tensors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next part of the &amp;window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No drawn node made this Function.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No recent files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not everything could be opened</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One step on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only {} files are opened at once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Operations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Outline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Outline of the graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Palette</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paste</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paste, &amp;keeping the wires</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Perceptron</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pla&amp;y or pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play or pause; held: pan by dragging</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous part of the window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put a column in right of the current one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put a row in below the current one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put all panels back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PyTorch code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recent files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove from the list (Del)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore defaults</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run again from the start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run every statement again, as a new line of the program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the backward pass from the loss, as a new line of the program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the whole program once more, leaves and all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>S&amp;top the run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save &amp;As…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save p&amp;icture…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the changes to “{}”?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved to {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saving now would replace those changes with what you have here. Save anyway?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saving replaces what it holds. Save anyway?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scrub bar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search operations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See backprop happen.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Setti&amp;ngs…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show everything</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show its node in Graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something went wrong inside Chainrule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Space on the canvas does the same</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed: steps a second</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Square</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start pa&amp;ge</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step (→)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step b&amp;ack</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step back (←)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step on or back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step to the next n&amp;ode</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step to the node before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop arranging</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>System</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tab or a double-click on the canvas does the same</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take out of the region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take the current column out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take the current row out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Te&amp;xt on the canvas</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The &amp;wheel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The Functions that backward runs, as the run has made them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The Functions that backward runs, as the run has made them; nothing is edited.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The canvas needs this key itself: “{}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The copies read from the same nodes outside as the originals</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The frame goes, its members stay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The graph as a table: values, gradients, inputs, regions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The numbers, cell by cell</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The pictures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same graph as PyTorch code, and the log of the run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The selection or the whole graph, as PNG or SVG</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The selection or the whole graph, at twice its size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The whole tensor as torch.tensor(…)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is no file on this computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This key cannot be changed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the beginning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Two &amp;fingers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type part of a name; Down goes to the list, Enter adds the best hit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type to change a cell · Ctrl+V pastes · Ctrl+Z takes back · Ctrl+Enter is OK · Esc cancels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use it here instead</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use this key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Usual key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Versions and licences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Walk along the graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What colours and lines on the canvas mean</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What every leaf's .grad was after each backward call</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What happens to the numbers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is done with the graph, line by line</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wheel and touchpad</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without saving, what you have changed since the last save will be lost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your work is still open here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your work is still open. Save it under a new name to be safe, then go on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom to &amp;fit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a number, or [1, 2], or [[1, 2], [3, 4]]</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>default</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>default ({})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dt&amp;ype</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>keep the order</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>keep the places</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>new cells</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not installed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>of {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>one number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>pans; pinching zooms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>scrolls; with Ctrl it zooms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>see its files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>shape</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>slice</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>zooms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>zooms; with Shift it scrolls</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} has this key now, and would be left without it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} panel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}, slider</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: a gradient leaves here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: too many to list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” cannot be opened</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” has been changed by another program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” is already there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” was not saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” was opened, but not all of it is known here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>− Column</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>− Row</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
