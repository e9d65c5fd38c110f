"""Routing: which category or intent a message belongs to, learnt from examples, and when to say that it is not known.

A message becomes sparse features (`features`), a linear model and its nearest examples score the intents (`model`), and
a calibrated score chooses between taking the best intent, asking among three, and a person. `train` learns all of it.
"""
