"""Measures of one face photo, a module per subject. Values only: what is good enough is judged elsewhere."""
