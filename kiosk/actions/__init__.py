"""One function per button: asks the domain, moves the store, talks to ports. No SQL, no HTML in here."""
