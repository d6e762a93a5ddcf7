"""What a bank has heard becomes what Patch Pilot knows: better embeddings and estimators, kept only if better."""
