"""Checks of the recipe, run by ``python -m training.check``."""
