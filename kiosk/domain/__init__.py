"""The rules, standard library only: no clock, no file, no SQL, no web may be in here."""
