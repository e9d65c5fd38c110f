"""What questions and articles mean to an optional encoder: kept beside the index, weighed against words.

`okienko.embed` asks the encoder.
"""
