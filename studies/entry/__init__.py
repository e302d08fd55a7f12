"""Entering a whole case on one page: rows made of the models themselves, saved together or not at all."""
