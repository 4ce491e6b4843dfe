"""How results are drawn: one module a kind of picture, and four that all of them share.

`canvas` makes axes and explains them, `labels` writes on them, `looks` chooses colours and line
styles, `quantities` reads columns and units. matplotlib is loaded when something is drawn.
"""
