"""Papers as PDF: sheets, slips, receipts. Contents come in; no store, no web in here."""
