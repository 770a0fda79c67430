"""From a prompt to a picture: the models, the vendors behind them, and the one Protocol they share."""
