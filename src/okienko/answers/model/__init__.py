"""An optional language model that may word an answer: what it is given, and what its words must bear. Pure but `store`.

`okienko.phrase` makes the call. Nothing else in the product knows that there may be a model.
"""
