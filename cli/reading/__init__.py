"""What is asked for: options, the environment, and a batch's input."""
