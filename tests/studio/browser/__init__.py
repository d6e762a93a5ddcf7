"""The studio's page in a real Chromium, against a real server with the real engine."""
