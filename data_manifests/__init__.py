"""Knows how datasets lie on disk, as they download, and turns them into samples."""
