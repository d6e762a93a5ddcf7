"""What is said of a sound: an answer, several answers, or a flow that ends in one."""
