"""The commands of the console script, one file per story word. No rules, no SQL in here."""
