"""What a dataset holds, in numbers and pictures."""
