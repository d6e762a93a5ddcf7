"""Training an estimator. Reading rows needs no more than datasets do; all that learns needs the extra `train`."""
