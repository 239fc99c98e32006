"""The application window: one My Number Card application from paper form to sealed batch.

Importing this package loads nothing else; ``kiosk.domain`` must stay importable without Flask.
"""
