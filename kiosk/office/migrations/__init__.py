"""The office database's tables, one numbered SQL file per step. A released one is never edited. No code in here."""
