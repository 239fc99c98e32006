"""Everything that is expected to go wrong, each with a text key for the screen.

KioskError
├── NotAllowedNow            the state table has no such move from here
├── TappedFirst              somebody else moved it in the meantime (409)
├── NotFound                 no such application, window or account
│   └── NoOpenWindow         no window takes applications at the moment
├── Refused                  a person's input cannot be taken; ``text_key`` says why
│   ├── FormAlreadyUsed      this application form is already in this window
│   ├── MyNumberRefused      looks like a My Number; the value is dropped unread
│   ├── AnswerRefused        an answer breaks its rule
│   ├── ItemOpen             an item asked of this person has no answer that counts
│   ├── Stopped              an answer says that no application can be made here
│   └── CustodyOpen          things taken from people are open in the ledger
├── NotSignedIn              a staff passphrase is needed first
│   ├── OwnPassphraseWrong   who is signed in typed another passphrase than their own
│   ├── SecondNotSignedIn    the second person's passphrase was wrong
│   └── TooManyTries         wrong too often: sign-in is shut until a time
├── NotPermitted             this role may not do that
│   └── NotAssigned          this account does not work at this window
├── SecondPersonNeeded       another account has to confirm on the spot
├── Locked                   the data key is not in memory: a staff passphrase opens it
├── StorageFull              the disk is full; what was there before is still there
├── StorageDamaged           a database or key file cannot be read with this key
│   └── AuditBroken          the chain of the audit log does not hold
├── Unreachable              a server does not answer or refuses us; ``key`` says which; nothing is half done
└── BatchError               a batch cannot be written, read or trusted; ``key`` says why

No message ever holds a value a person typed or scanned.
"""


class KioskError(Exception):
    """Base of everything this program raises on purpose."""

    text_key = "errors.error_unexpected"


class NotAllowedNow(KioskError):
    """The state table allows no such move from the present state."""

    text_key = "errors.error_not_allowed_now"


class TappedFirst(KioskError):
    """Compare-and-set found another state or version: somebody was first, nothing was changed."""

    text_key = "errors.error_tapped_first"


class NotFound(KioskError):
    """There is no such thing; ``kind`` says of what a command can list all there are, empty for anything else."""

    text_key = "errors.error_not_found"

    def __init__(self, message: str = "", kind: str = "") -> None:
        super().__init__(message)
        self.kind = kind


class NoOpenWindow(NotFound):
    """No window takes applications: none was opened yet, or it was closed in the meantime."""

    text_key = "errors.error_no_open_window"


class Refused(KioskError):
    """Input that cannot be taken; nothing was changed."""

    def __init__(self, text_key: str) -> None:
        super().__init__(text_key)
        self.text_key = text_key


class FormAlreadyUsed(Refused):
    """The application form ID is already in this window; says since when and by which application."""

    def __init__(self, uid: str, since: str) -> None:
        super().__init__("form_qr.error_already_used")
        self.uid = uid
        self.since = since


class MyNumberRefused(Refused):
    """What was shown may be a My Number; it was dropped unread."""

    def __init__(self) -> None:
        super().__init__("form_qr.error_my_number")


class AnswerRefused(Refused):
    """An answer breaks its rule; ``item`` names the question, never the value."""

    def __init__(self, item: str, text_key: str) -> None:
        super().__init__(text_key)
        self.item = item


class ItemOpen(Refused):
    """Nobody is accepted while ``item``, which is asked of them, has no answer or one that is not offered to them."""

    def __init__(self, item: str) -> None:
        super().__init__("queue.error_item_open")
        self.item = item


class Stopped(Refused):
    """Nobody is accepted while an answer ends the way here; ``reason`` is the stop's key in applicant.toml."""

    def __init__(self, reason: str) -> None:
        super().__init__("queue.error_stopped")
        self.reason = reason


class CustodyOpen(Refused):
    """A window cannot close: so many things taken from people are neither settled nor passed by two people."""

    def __init__(self, many: int) -> None:
        super().__init__("batch.error_close_custody")
        self.many = many


class NotSignedIn(KioskError):
    """A staff passphrase is needed first."""

    text_key = "staff.error_sign_in_first"


class OwnPassphraseWrong(NotSignedIn):
    """Who is signed in was asked for the passphrase once more and it was wrong; the sign-in goes on."""

    text_key = "staff.error_own_wrong"


class SecondNotSignedIn(NotSignedIn):
    """The name or passphrase of the second person on the spot is wrong."""

    text_key = "staff.error_second_wrong"


class TooManyTries(NotSignedIn):
    """Too many wrong passphrases in a row; ``until`` is when the next try is taken, ISO 8601."""

    text_key = "staff.error_too_many_tries"

    def __init__(self, until: str) -> None:
        super().__init__("wrong too often")
        self.until = until


class NotPermitted(KioskError):
    """This account's role may not do that."""

    text_key = "staff.error_not_permitted"


class NotAssigned(NotPermitted):
    """This account is not among the staff of this window."""

    text_key = "staff.error_not_assigned"


class SecondPersonNeeded(KioskError):
    """A second, different account has to confirm with its own passphrase."""

    text_key = "staff.error_second_person"


class Locked(KioskError):
    """The data key is not in memory; applicants are asked to call staff."""

    text_key = "errors.error_locked"


class StorageFull(KioskError):
    """The disk is full; nothing of this step was kept, everything before it was."""

    text_key = "errors.error_storage_full"


class StorageDamaged(KioskError):
    """A file of the data folder cannot be read with this key."""

    text_key = "errors.error_storage_damaged"


class AuditBroken(StorageDamaged):
    """The audit log does not hold together; ``seq`` is the first entry that was changed, taken out or put in."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"the audit log is broken at entry {seq}")
        self.seq = seq


class Unreachable(KioskError):
    """A server that is needed does not answer or refuses us: ``database`` or ``store``; trying again is safe."""

    def __init__(self, key: str, said: str = "") -> None:
        super().__init__(said)
        self.key = f"{key}_unreachable"
        self.text_key = f"office.error_{self.key}"


class BatchError(KioskError):
    """A batch cannot be written, read or trusted; ``key`` names why in one word."""

    text_key = "batch.error_batch"

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key
        self.text_key = f"batch.error_{key}"
