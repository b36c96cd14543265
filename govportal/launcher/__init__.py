"""What `./portal` runs: preliminary checks, the supervisor, the test suite.

Nothing here imports Django, so a broken setting or a missing library still gets one clear line.
"""
