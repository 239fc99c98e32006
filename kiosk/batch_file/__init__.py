"""The sealed file ``.mab``, written and read in one pass each; docs/batch-format.md is its description.

No window, no database, no words for people in here: bytes, keys and hashes only, so that the office and an auditor
use the same reader. Plaintext lives in memory only.
"""
