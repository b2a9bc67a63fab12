"""The register of ferrymen, their cards, days and trips."""
