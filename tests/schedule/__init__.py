"""Dates → period: which stretches of days a project is billed by."""
