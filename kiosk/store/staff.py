"""Staff accounts in kiosk.db. Passphrases and their failures are the keyring's matter, not this table's."""

from kiosk.domain.errors import NotFound, Refused
from kiosk.domain.staff import Account, Role
from kiosk.store.database import Row, Store


class Staff:
    """The staff table of kiosk.db."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, name: str, role: Role, at: str) -> Account:
        """Add an account; raises Refused when the name is taken."""
        with self._store.write() as database:
            if self._row(name):
                raise Refused("staff.error_name_taken")
            database.conn.execute("insert into staff (name, role, created_at) values (?, ?, ?)", (name, role, at))
        return self.get(name)

    def get(self, name: str) -> Account:
        """The account of that name; raises NotFound."""
        row = self._row(name)
        if row is None:
            raise NotFound("no such account", "account")
        return _account(row)

    def list(self) -> list[Account]:
        """All accounts in the order they were made."""
        return [_account(row) for row in self._store.rows("select * from staff order by created_at, name")]

    def disable(self, name: str, at: str) -> Account:
        """Shut an account for good; its entries in the audit log stay."""
        self.get(name)
        with self._store.write() as database:
            database.conn.execute("update staff set disabled_at = ? where name = ? and disabled_at is null", (at, name))
        return self.get(name)

    def signed_in(self, name: str, at: str) -> str | None:
        """Note a sign-in; gives back the time of the one before."""
        before = self.get(name).last_sign_in_at
        with self._store.write() as database:
            database.conn.execute("update staff set last_sign_in_at = ? where name = ?", (at, name))
        return before

    def _row(self, name: str) -> Row | None:
        return self._store.row("select * from staff where name = ?", (name,))


def _account(row: Row) -> Account:
    return Account(**{**row, "role": Role(row["role"])})
