"""Cameras and pictures: capture, codes, faces, crops.

This folder measures; it never judges. It must not import ``kiosk``, and only ``capture.py`` opens a device.
"""
