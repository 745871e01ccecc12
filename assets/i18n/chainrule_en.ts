<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>Chainrule</name>
    <message>
        <source> copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> pixels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> · its earlier content could not be kept: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> · its large tensors to {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> · {} more numbers</source>
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
        <source>&amp;Close</source>
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
        <source>&amp;Console</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Digits of a number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Duplicate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Earlier versions…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Edit the value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Errors, replayed</source>
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
        <source>&amp;Follow the run</source>
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
        <source>&amp;Keep the trained values</source>
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
        <source>&amp;Later</source>
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
        <source>&amp;Loss curve</source>
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
        <source>&amp;Notebook…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Open what can be opened</source>
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
        <source>&amp;Presenter mode</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;PyTorch script…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Recover documents…</source>
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
        <source>&amp;Restore</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Save the raw file…</source>
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
        <source>&amp;Visit counts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Wait</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Why?</source>
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
        <source>(empty note: double-click to write)</source>
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
        <source>.grad</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>.grad += across calls (⚠ not zeroed)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>.grad with the fault</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 edge</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 edit since the last save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 place of “{}” was not read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>= instead of +=</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A classifier, by hand too</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A copy has no file yet, and saving it asks for one. Opened anyway, it is the same file twice: whoever saves second is asked before anything is replaced.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A copy is saved to {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A critic, a moving target, a frozen body, and round() made learnable.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A folded group is one box: its inputs, its results, what flows back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A frame around nodes that belong together; it changes nothing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A function of a function</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A gradient keeps the shape of the result, where it should be summed over the dimensions an input was stretched along.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A journal that cannot be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A leaf changed in place</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A leaf has nothing to pass on: select an operation to mute.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A muted operation passes its first input on as it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A node passes its gradient on as soon as anything arrives, and again, with all it has by then, whenever more does.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A number and its square</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A picture of the graph in a run; nothing is edited.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A recurrent network unrolled three times; and what truncation cuts off.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A sample of the numbers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A seed is a whole number from 0 on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A sigmoid, binary cross-entropy and the same gradient worked out on paper.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A tensor that holds this.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A view from no_grad</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A view was created in no_grad mode and is being modified inplace with grad mode enabled.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About Chainrule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About {} in {} pictures of {} × {}, {:.0f} s long.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Activation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a bend here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a line after this one (Ins)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a no&amp;te</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add an operation that reads it…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add an operation…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add operation here…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add operation…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add the nodes to the selected region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add to the region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add {} region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add {} to {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Align</source>
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
        <source>Align {}</source>
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
        <source>All files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All inputs of {} are wired; drop on one of them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All inputs of {} are wired; drop on one to replace its wire.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All nodes in statement order, then the regions; selecting here selects there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All of them: switch one off, find it, take it away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All of them; each can be changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All that can be opened</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All the rest is in the graph and its program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An attention head</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An operation that reads it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An operation, a number, or z = w * x + b</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another file is open: the console's own names are gone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another number…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another seed, and fill again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apply</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arithmetic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arran&amp;ge</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arrange</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arranging …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arrows lead the wire from input to input · Enter wires it · Esc cancels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As a product</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As an edit that can be undone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As it should be</source>
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
        <source>As usual</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask about it in the Why sheet (Shift+W)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask for values at this step, run calls: w.grad, loss.backward(), x * 2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask why</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Autograd beside central differences, your own formula, and PyTorch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to the graph (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to the last step at which the run was there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to the selected node or edge</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward a second time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward from a vector</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward from …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward needs an op to start from: add one and wire a tensor to it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before the first step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bend wire</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beside what is open here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Between {} and {} is nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beyond the nodes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Blank graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Blue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Both runs end in the same error before it could matter.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bottom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Breakpoint here, or none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Breakpoints</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Broadcasting and back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Broadcasting not undone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Call backward twice without clearing, and .grad holds the sum.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
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
        <source>Caption copied</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Captions of {} steps copied</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cell</source>
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
        <source>Centre</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chainrule ended right after this was restored, {} times. It is opened without running; its file can also be saved without being opened.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chainrule ended unexpectedly the last time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chainrule graphs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change {} in line {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changes are seen at once; Cancel takes them back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chec&amp;k the gradients</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check every leaf at the step that is shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checking …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a lesson</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear every .grad, as new lines of the program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear the program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click a line to go to its step</source>
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
        <source>Click a point to go to that backward; ← and → go from one to the next</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click a step, or press Enter on it, to go there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click the port to wire to · Esc cancels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click to select · {delete_selection} or Alt+click removes · Shift+right-click bends</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
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
        <source>Colour</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colour {} {}</source>
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
        <source>Compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Completions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compose a computation graph, run it on an engine that does what PyTorch does, and step through its backward pass.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect {} to {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Console</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Console answers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Console line</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Continue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied as a picture of {} × {} pixels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied {} lines of PyTorch code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy &amp;report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy all captions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy as PyTorch c&amp;ode</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy as TeX</source>
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
        <source>Copy as text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy caption</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the answer as text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ctrl+C copies as text; the menu also as TeX</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cut</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cut {}</source>
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
        <source>Del deletes them, Ctrl+D duplicates, Ctrl+G groups, N puts them under no_grad.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete and &amp;bridge the gap</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete and bridge the gap</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete line {}</source>
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
        <source>Delete with its members</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete {} lines</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete {} with its members</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Depth first, without waiting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dial</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Differences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Discard all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disconnect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disconnect {} from {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Distribute</source>
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
        <source>Distribute {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Documents that were not saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Double-click or Ctrl+click folds and unfolds the group</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag a copy · Esc cancels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag across wires to cut them · Esc cancels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag in the minimap to look elsewhere.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag sideways, or turn the wheel · the ends change the step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag the bend, snapping to the grid · Ctrl for free · Esc cancels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag to a port or a node · on empty canvas: add an operation · Esc cancels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag to another output: all these wires will leave from there · Esc cancels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag to move the bend · {delete_selection} straightens · Alt+click removes the wire</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag to move what is inside · double-click edits the title · {fold_selection} folds a group</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag to move · double-click or {edit_selection} edits the value · {rename_selection} renames · {mute_selection} mutes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag to move, snapping to grid and neighbours · Ctrl for free · Esc puts it back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag to pan.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag to select · Shift adds · Ctrl toggles · Esc cancels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag to wire · Ctrl+drag moves all its wires · Alt+click removes them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag to wire · click, then click another port · Alt+click removes its wires</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag, or use the arrow keys · Esc takes it back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drawing picture {} of {} …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Duplicate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Duplicate line {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Duplicate this line (Ctrl+D)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Duplicate {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Duplicate {} lines</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>E&amp;xport</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Earlier versions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Earlier versions of “{}”</source>
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
        <source>Edit code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit the arguments</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit value</source>
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
        <source>Edits are being backed up again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edits are not being backed up: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Elementary</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Engine: {} · MIT licence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter keeps · Tab goes on to the next · Esc cancels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Entry that is worked out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Errors, replayed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Esc stops</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Estimating the size …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every edit by its name; choose one to go back or on to it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every number moves the mean and the variance of all: three paths back into h.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every operation there is, to add to the graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Expect an error (try)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Expect an error here: try … except (T)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Expect an error in line {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Expect no error in line {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export a &amp;movie…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export a movie</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export as PyTorch code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>F&amp;old or unfold the group</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Faster</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fault &amp;lab…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fault lab</source>
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
        <source>Find a node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find a node by name or operation…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find a node…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find an operation</source>
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
        <source>Fix: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Float or put back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fold</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fold {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Following every path …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget these</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Format</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Four cuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gestures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on with what is here; saving asks once more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to step {}</source>
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
        <source>Go to the step where the two runs part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Going backward {} distributes: every input gets the gradient that came in.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Going backward {} routes: what was chosen gets the gradient, the others get 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Going backward {} switches: each input gets the gradient times the other's value.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradient control</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradient ledger</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradient of a gradient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradients</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradients add up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradients arrive here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradients, checked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Graph canvas</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Graph or history</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Green</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Grey</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Group</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Groups, regions and notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Has been proposed for micrograd again and again: let backward() simply call backward() on each input. It is right for trees. Where paths meet at a computed tensor, what came first is passed on twice.</source>
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
        <source>Histogram: {}</source>
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
        <source>History is a picture of what ran; edit in Graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Home on the canvas does the same</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Horizontally</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How it differs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How it was computed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How the loss changes with each leaf, found in independent ways. Type your own formula for a gradient in the names of the graph, such as 2 * x.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How “{}” on the disk differs from what is open here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If it happens again, please report it: the report tells where.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In a window of its own, without a file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In-place</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In-place changes unnoticed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Index in dimension {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inside</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Integers have no slope</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Is being opened …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It brings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It failed, as the program expects</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It holds a tensor of more than {} numbers, for which there are {} files.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is kept as {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is left as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is opened in place of what is here; nothing of it is run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It opens with all its edits, not saved yet. Restored as a copy it has no file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It was damaged on the disk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It will be lost, as it cannot be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its file has been changed by another program since: so it is restored as a copy, and both can be compared.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its file is no longer there; saving writes it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its numbers are more than {} MiB, too many to copy: {} duplicates it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its saved tensors are freed: a second backward() needs retain_graph=True.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jacobian of {} with respect to {}: {} × {}, {} of {} cells are 0</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jacobian: rows {}, columns {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jump from step to step instead of animating</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jupyter notebooks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep mine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep mine as copy…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the saved tensors, so that backward can run a second time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the trained values of {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep this answer while the player moves</source>
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
        <source>Lead a wire from it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lead it elsewhere</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leaf</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left</source>
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
        <source>Let go to add it here · on a wire: put it in between</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let go to move</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let go to put it into this wire · Alt leaves the wire alone · Esc cancels</source>
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
        <source>Line {}: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Linear algebra</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>List them, with their lines</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>List what differs</source>
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
        <source>Loop the chapter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MP4 needs one more package: pip install chainrule[video]</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Made in torch.inference_mode(): no history, so no gradient comes back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Made inside torch.no_grad(): nothing was recorded, so no gradient comes back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Made with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make the graph what this text says</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Members</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mended: it runs through now. Undo, or start over, to see the error again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Middle</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Minimap</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Module</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Modules</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More questions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move bend</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move down, into and out of repeats (Alt+↓)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move line {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move line {} down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move line {} up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move lines down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move lines up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the canvas to where the step happens; panning by hand ends it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move up, into and out of repeats (Alt+↑)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move {} from {} to {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Moves only the nodes that lie on others; what you placed stays</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mute</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mute {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of {}</source>
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
        <source>Next</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next part of the &amp;window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No .grad has been written yet. Run a backward pass: each leaf's sums appear here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No backward has run yet. Every call adds a point here: the value it started from, such as the loss of each iteration of a repeat.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No breakpoints. Select a node or an edge and press F9: playing stops before the node, after the edge.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No computed tensor of this graph gets a second contribution after its first: a node that runs at once has everything already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No difference here. {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No drawn node made this Function.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No gradient goes to {source}: it does not require one (requires_grad=False).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No leaf has another value at this step than it started with.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No lesson is open. They are in File ▸ Lessons and on the start page: each a small graph, a few steps of text, and a question.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No mistake of an engine but of nearly everybody's first training loop: the gradients of all steps so far pile up, and the steps grow.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No recent files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No steps yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No way back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No wire ends here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No wire leaves this output yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nodes added</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nodes changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nodes removed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None of these lies in a region that could be left; Ungroup removes a frame.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not everything could be opened</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not tracked, three ways</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing called “{}”. Try: {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing computed inside is tracked: with torch.no_grad().</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing has run yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing has run yet, so there is no movie of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing has run yet. Every step of a run is listed here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing has run yet: add an operation (Tab on the canvas) or open a lesson.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing here is computed from anything: wire an operation first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing inside is tracked, nor can it be later: with torch.inference_mode().</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is called that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is called “{}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is remembered yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing that an operation has saved is changed in place here before backward needs it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing that is tracked was broadcast in this graph: each gradient has the shape of its tensor anyway.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing to compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing yet: it has no value at this step.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing: the derivative needs no values.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notice</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On every node how often the run has come to it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On to the next step at which the run comes there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One backward pass from {}, at step {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One end of this wire is not in the graph any more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One leaf, one operation, and the slope that comes back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One minus what comes in.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One neuron</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One step on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One weight, three steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only Tensors of floating point and complex dtype can require gradients.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only this one would get the new content, the others keep the old. Save anyway?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only {} files are opened at once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open &amp;anyway</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a &amp;copy</source>
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
        <source>Open as a &amp;copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open one where it shows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the lesson on which this fault makes a difference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opening {} …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opening …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Operation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Operations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Operations found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Orange</source>
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
        <source>Output of {}: drag to an input to wire it.</source>
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
        <source>Paste {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paste, &amp;keeping the wires</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paste, keeping the wires</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Path</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paths from the root to the node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paths of batch norm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Picture of the chosen version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pictures a second</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pla&amp;y or pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Places that were not read</source>
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
        <source>Playing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Playing begins the chapter anew at its end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Playing stops before the selected node, or after the selected edge</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Press Tab or double-click to add an operation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous part of the window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Printed here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Purple</source>
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
        <source>Put an operation in here…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put into another region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put into no_grad()</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put it in place of what is open here; that can be undone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put {} between {} and {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PyTorch code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PyTorch programs and notebooks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PyTorch, nd4j, burn, rust-autograd and others have all had this one. The gradient of a bias comes out with a row for every sample.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Python scripts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Queries, keys and values from one x; a mask; three contributions back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Question</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Re&amp;vert to saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read it as a program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read the program again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ready: one step. Space on the canvas (anywhere Ctrl+Space) plays it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ready: {} steps. Space on the canvas (anywhere Ctrl+Space) plays, → goes to the first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recent files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recover documents</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recovery</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Red</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reduction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reload</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove all {} wires</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove from the list (Del)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the breakpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the wire</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove this bend</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove {} wires</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename {} to {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Repeat line {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Repeat no more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Repeat the selected lines (R)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Repeat these lines</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Repeat {} lines</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore &amp;all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore an earlier version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore as &amp;copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore defaults</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restored; Undo takes it back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Results</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reveal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Revert</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Revert to saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Right-&amp;angled wires</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Right-angled &amp;wires</source>
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
        <source>Run forward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the backward pass from the loss, as a new line of the program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the graph without the cut at what is selected, and show it as a ghost</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the whole program once more, leaves and all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run to here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run to the selected node or edge</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run {}.backward()</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Running it without this cut …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Running with the fault …</source>
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
        <source>Save a &amp;copy…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save a cop&amp;y…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save a copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save it again</source>
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
        <source>Save the movie</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the raw file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save what is here as another file, and go on with it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved for backward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved in the notebook</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved tensors are used as they are, even if somebody has written to them since.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved to {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved to {} ({})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved, then changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saving replaces what it holds. Save anyway?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saving to {} …</source>
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
        <source>Select a group first: {group_selection} makes one of the selected nodes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select a node or an edge and press Shift+W: why is its gradient what it is?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select a node to see its value and gradient.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select a region first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select a region together with the nodes to add to it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select at least {} nodes first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select one node or one edge to ask about.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select one node, or one wire, to lead a wire from it with the arrows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select the node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select this node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select two nodes to wire the first to the second</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set {} of {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set {} of {} to {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set {} to {}</source>
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
        <source>Several things went wrong in a short time: save your work, start Chainrule again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shape</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shift and the right button bend a wire: point at one.</source>
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
        <source>Show the answer, and where it comes about</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the graph's own code; Ctrl+Z brings the text back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the selection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show what would have &amp;passed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show what would have passed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Slower</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Softmax, cross-entropy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something went wrong inside Chainrule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Source</source>
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
        <source>Speed: steps a second (slower [, faster ])</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Spread</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start over</source>
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
        <source>Step {} of {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step {}: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps a second</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop after this edge</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop arranging</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop before this node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop tracking at</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped at a breakpoint {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped. Run checks again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Straighten the whole wire</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Straighten wire</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch the breakpoint off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch the breakpoint on</source>
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
        <source>Take out of its region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take out of the region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take over what the file holds: an edit that can be undone</source>
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
        <source>Take {} out of its region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Taken over from the file. {} brings back what was here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Te&amp;xt size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ten small steps or one fused op: the same gradient, p minus one-hot.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tensors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text of the lesson</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text of the note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text on the canvas.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The &amp;wheel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The .grad of every leaf in both runs</source>
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
        <source>The answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The backward pass by hand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The breakpoint {} went with it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The canvas needs this key itself: “{}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The caption below each step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The chain rule, one factor at a time, on sin(x to the power 4.5).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The classic of engines written by hand. Karpathy shows it in his micrograd lecture: b = a + a gives a the gradient 1, though the slope is 2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The clipboard holds Python.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The clipboard holds no Chainrule graph.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The computation graph. Tab adds an operation, Alt and arrow keys walk along it, Enter edits a value; the outline lists the same nodes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The copies read from the same nodes outside as the originals</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk or the network does not answer. You can wait for it, or go on without.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The frame goes, its members stay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The graph and a large caption, a pointer with a trail; Esc leaves</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The graph as a table: values, gradients, inputs, regions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The graph could not be drawn. Your work is safe; details are in the log.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The graph has changed, and this text is not in it yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The graph or the step has changed since: Run checks again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The graph would have {} nodes; {} are allowed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The history is being drawn …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The last step again (PgUp or Alt+←)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The leaves start with the values they have at this step, as one edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The next question (Alt+Right)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The next step (PgDn or Alt+→, while this panel has the focus)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The numbers, cell by cell</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The order matters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The pictures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The program as Python: the same numbers and gradients under PyTorch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The program as it was opened</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The program as it was opened. Click a line to select what it stands for.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The program has no line that clears a .grad, or none that finds anything to clear.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The program is empty. Add a forward and a backward with +.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The program never calls backward(), so nothing can go wrong in it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The program prints nothing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The program stops with an error at “{}”: mend it, take that line out, or mark it as expected (T in the Program panel).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The program's zero_grad() and grad.zero_() lines are left out, so every call adds to what the one before has left.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The question before (Alt+Left)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The run as it should be</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The run does not come there after this step.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The run or one chapter of it as GIF, APNG, WebP or MP4</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The run was not there before this step.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The run with the fault</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same as a Jupyter notebook, a cell for each chapter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same graph as PyTorch code, and the log of the run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same run with one mistake in the engine, side by side with the right one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same, by hand</source>
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
        <source>The shortcuts could not be saved: {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The step before (PgUp or Alt+←, while this panel has the focus)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The text in the Code panel is not in the graph.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The text of a lesson, step by step, with a question to guess at</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The value backward started from, call after call</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The whole program as Python</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The whole run ({} steps)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The whole run in words, a line a step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The whole table as text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The whole tensor as torch.tensor(…)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There are no earlier versions yet. Each save keeps what it replaces: the last {} saves, and for a week one every {} minutes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no .grad to clear yet: run backward first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is nothing here to wire to.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is nothing to ask about it at this step.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is nothing to recover</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These are too many numbers for a table: here are some rows and columns of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These documents were not saved when Chainrule ended</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They are offered again at the next start</source>
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
        <source>This node failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This op is not known here: the file may come from a newer Chainrule.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This step raised</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This step raised, as the program expects</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This text could not be read. The graph is as it was.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This text is not in the graph yet: line {}: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This text was typed for another document, and is not in this one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This version does not know this operation; it is kept as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This would close a circle: {}. A value cannot depend on itself.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Three &amp;ways to stop tracking…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Three ways to stop tracking</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Title</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To step</source>
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
        <source>Top</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tracking is on again inside: with torch.enable_grad().</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trying to backward through the graph a second time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Two &amp;fingers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Two inputs, two weights, a bias and a tanh: local rules, one after the other.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type a number for {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type an expression and press Enter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type an operation or a formula · arrows and Enter choose · Esc closes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type part of a name · Enter goes on, Shift+Enter back · Esc closes</source>
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
        <source>Type to change the graph. Click a line to select what it stands for.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unfold</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unfold {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ungroup</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ungroup {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unmute</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unmute {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Up to 100 steps a second</source>
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
        <source>Used more than once</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Usual key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Value of {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verdict</source>
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
        <source>Vertically</source>
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
        <source>What</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What PyTorch raises most often, played up to the node that raised, with ways to mend it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What colours and lines on the canvas mean</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What earlier saves have replaced: look at it, restore it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What every engine without version counters does. PyTorch counts, refuses, and names the tensor; a change through .data still slips past it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What every leaf's .grad was after each backward call</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What happened, for a bug report: look at it under Details.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What happens to the numbers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is computed inside is not recorded, so no gradient comes back through it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is discarded lies for 30 days in {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is done with the graph, line by line</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is left of it lies in the folder above. Restoring is not possible; it can be discarded, or looked at with a text editor first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is the same and what differs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What it passes back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the graph says, to be typed in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was copied forward is summed backward; and the trap of (N, 1) against (N,).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was not read of “{}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was not saved is offered under File › Recover documents.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was not saved when Chainrule last ended</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What you edit is kept safe until you save it; nothing is left over.</source>
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
        <source>Where a tensor is used more than once, each contribution to its gradient overwrites the one before instead of being added to it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where a tensor is used several times, its gradient is a sum.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where it goes wrong: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where to stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Why</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Why backward waits until every contribution has arrived.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Why is the gradient of what is selected None, zero, nan or the number it is?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Why is {}.grad None?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Width</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wire together</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wires run level and upright, with round corners</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With the fault</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With this fault the run would take ages: a node runs once for each path that leads to it, and paths double with every fork.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Within each backward call every tensor of this graph gets one contribution at most (or those before the last are zero), so there is nothing to overwrite.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without saving, what you have changed since the last save will be lost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without the cut at {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without the following, {} nodes and {} wires can be opened as a copy.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without the whole {} block</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write the file anew at its place</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write what is here to another file, and go on with this one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writing the file …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You can go on. If it happens again, save a copy and start Chainrule again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You have changed the graph. Go on trying things out; the numbers in the text are those of the lesson as it was.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your formula</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your shortcuts ({}) cannot be used: {} The usual ones are in place. {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your work is safe: all of it was backed up at {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your work is still open here, and nothing of it has changed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your work is still open here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zero the gradients</source>
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
        <source>a leaf Variable that requires grad is being used in an in-place operation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a number, or [1, 2], or [[1, 2], [3, 4]]</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a number, or wire an input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>add an operation to the graph first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>adds {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>after {} → {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>an operation on a tensor that requires grad leaves a Function here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>and {} more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>backward call</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>before {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bottom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cannot be opened</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>centre</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>create_graph=True records the backward pass itself.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>damaged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dashed box: saved tensors freed</source>
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
        <source>detach() cuts here: the value goes on, gradients do not come back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>detach, no_grad and requires_grad=False at the selected tensor, side by side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>detached</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>detached: the gradient stops here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>difference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>drag one from the palette · open a lesson from File › Lessons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dt&amp;ype</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>edges</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>element 0 of tensors does not require grad and does not have a grad_fn.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>enable_grad region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>enable_grad region: tracking is on again inside.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>entry</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fan-out sum: one call, several paths</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>freed: a second backward would need retain_graph=True</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>from the last backward call</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>grad can be implicitly created only for scalar outputs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gradient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gradient back to {}: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gradient back {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gradient {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gradient, backward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>group</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>group: a frame around nodes; it changes nothing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>highest bar: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>horizontally</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in a repeat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in {} repeats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>index</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>inference_mode</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>inference_mode region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>inference_mode region: nothing inside is tracked, nor can it be later.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>iteration {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>its usual colour</source>
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
        <source>kept for backward, version {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>leaf {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>middle</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>min {} · max {} · mean {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>modified by an inplace operation: which tensor, saved by whom, changed by which line.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>muted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>never saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>new cells</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no gradient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no gradient: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no_grad</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no_grad region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no_grad region: nothing computed inside is tracked.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nodes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not computed yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not connected yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not differentiable</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not installed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not reached: the line above raised</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not tracked (no_grad, constant)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>note: text on the canvas.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing differs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>of {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>on its way to {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>one number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>operation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>pans; pinching zooms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>raised an error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>repeat {}/{}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>requires_grad=False, detach() and no_grad: same values, no history.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>running now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>running …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>saved at version {}, now at version {}: backward will refuse it</source>
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
        <source>start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>step {} of {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stopped: not up to date, Ctrl+R runs again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>such as 2 * x</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the program has other lines</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>title</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>top</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>untitled</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>value {}, shape {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>value, forward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>vertically</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>wire</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>your guess: 2.5 or [1, 2]</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>zero_grad() forgotten</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>zero_grad() was not called</source>
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
        <source>{target} is not differentiable, so no gradient comes back through it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}

It was removed or renamed by another program. Write it again?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}

Saving now would replace those changes with what you have here. Save anyway? What is replaced stays under File › Earlier versions.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}   ·  not possible now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} (done). {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} (in part)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} (recovered)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} ({} steps)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} = {} at backward #{} of {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} = {}. Drag a wire here to use a tensor instead.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} and {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} cannot be its own input.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} edges</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} edits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} edits since the last save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} empty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} has no input called {}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} has this key now, and would be left without it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} into {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} is a leaf: it has a value of its own and takes no inputs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} is a whole number: type one such as 1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} is needed: type a number.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} is not an operation this version knows, so nothing can be wired to it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} is not an operation this version knows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} is wanted here, or nothing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} is wanted here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} items</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} moved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} nodes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} nodes · {} edges</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} norm {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} of {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} of {} contributions in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} of {} in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} of {} in, from {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} out of {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} panel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} places of “{}” were not read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} regions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} selected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} steps a second</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} wires</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} · Enter wires it · arrows lead on · Esc cancels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} · Shift leaves regions alone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} · the wheel turns the digit under it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} … ({} in all)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}, earlier</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}, entry by entry</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}, line {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}, muted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}, slider</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}. Undo takes it back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}. {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: Enter commits, Esc goes back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: a gradient leaves here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: from {}. Drag it to re-route.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: input, not wired.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: optional input, not wired.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: too many to list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” ({}) may come out differently now: the program would go another way.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” cannot be opened</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” cannot be opened as it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” has been changed by another program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” has {} names on this disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” is already there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” is done.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” is no key (at “{}”).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” is no longer there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” is no longer there: it was removed or renamed. Your work is still open here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” is open in another Chainrule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” is still being saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” needs another name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” was changed by another program, and has unsaved changes here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” was changed by another program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” was not discarded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” was not saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” was not saved: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” was opened in part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{}” was opened, but not all of it is known here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>… ({} more)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>… a bracket is still open: go on, or press Esc to take the line away.</source>
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
    <message>
        <source>⚠ An earlier backward() is in it too: zero_grad() was not called.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>⚠ accumulated:</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
