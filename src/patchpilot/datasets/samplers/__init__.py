"""Where the patches of a dataset come from: one way of drawing them a file."""
