"""From a picture and a title to a thumbnail: canvas, templates, typography."""
