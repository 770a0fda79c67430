"""Starting tasks on Render, and following them there."""
