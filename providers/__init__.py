"""From a prompt to a picture: the models, their vendors, and the Protocol they share."""
