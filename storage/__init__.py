"""Keys that identify finished work, and the stores that hold it."""
