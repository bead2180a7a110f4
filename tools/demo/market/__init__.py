"""Generates the demo marketplace of Quanyu: tables, pictures and short videos, all from one seed."""

# Raise this when the same seed gives another folder, so that an old folder is made anew.
VERSION = "2"
