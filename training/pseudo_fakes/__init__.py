"""Fakes made from real photos, so that only the forgery's trace tells the two apart."""
