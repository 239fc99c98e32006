"""The only SQL and the only file paths. No rules, no words for people in here."""
