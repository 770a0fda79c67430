"""The command line: runs the tasks in this process, in place of Render, or follows them on Render."""
