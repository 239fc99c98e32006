"""The receiving side, at the municipality's office. Nothing of a kiosk's data folder is opened from here."""
