"""Texts of the fictional county 澄明县, written by us. README.md gives the format; services/demo.py loads them."""
