"""The course's explorables, one file each.

Every module here answers one question of a chapter with a figure that moves, and has the same
three functions:

    draw(**values)      a matplotlib Figure, always of the same size
    describe(**values)  the same in words, with the numbers
    explorable()        the widget: `explore(draw, describe, CONTROLS, name=...)`

Most have a `stage()` as well: the axes and all that no control changes, made once. `draw` adds the
rest, to the `fig` it is given or to a stage of its own; what it adds is taken off before the next frame.

Frames of lines and few words are smallest and sharpest with `vector=True`; a ground that no control
changes is kept once with `backdrop=...` (`loss_surface`, `nudge`), and `draw` then gives what lies on it.

A notebook shows one with `forward_pass.explorable()`. The page's "Run it live" finds the module by
its name.

May import: explore, figures, experiments; of the root only the table of activations. It computes
nothing.
"""
