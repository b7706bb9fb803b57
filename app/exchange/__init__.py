"""What comes in and what goes out: weights, gradients to grade, runnable code."""
