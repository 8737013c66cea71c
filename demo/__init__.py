"""The page: shows verdicts to people."""
