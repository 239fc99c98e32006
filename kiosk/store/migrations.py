"""The numbered migrations of both kinds of database file. A released one is never edited."""

from sqlite_utils import Database, Migrations

kiosk_migrations = Migrations("kiosk")
window_migrations = Migrations("window")


def _run(db: Database, script: str) -> None:
    """Run the statements one by one, since executescript would end the migration's transaction."""
    for statement in filter(None, (part.strip() for part in script.split(";\n"))):
        db.conn.execute(statement)


@kiosk_migrations(name="0001_kiosk")
def _kiosk(db: Database) -> None:
    _run(
        db,
        """
create table staff (
    name text primary key,
    role text not null check (role in ('operator', 'supervisor')),
    created_at text not null,
    disabled_at text,
    last_sign_in_at text
);
create table windows (
    id text primary key,
    state text not null,
    municipality text not null,
    company text not null,
    place text not null,
    held_on text not null,
    head_count integer not null,
    rehearsal integer not null,
    options text not null default '{}',
    created_at text not null,
    updated_at text not null
);
create table window_moves (
    id integer primary key,
    window_id text not null references windows(id),
    at text not null,
    event text not null,
    before text not null,
    after text not null,
    by text not null,
    second text,
    reason text
);
create table window_keys (
    window_id text primary key references windows(id),
    wrapped blob not null
);
create table settings (
    name text primary key,
    value text not null
);
create table audit (
    seq integer primary key,
    at text not null,
    event text not null,
    actor text not null,
    subject text not null,
    detail text not null,
    previous text not null,
    hash text not null unique
);
create trigger audit_is_never_changed before update on audit
begin select raise(abort, 'the audit log is append-only'); end;
create trigger audit_is_never_cut before delete on audit
begin select raise(abort, 'the audit log is append-only'); end;
create table batches (
    window_id text not null references windows(id),
    seq integer not null,
    file_name text not null,
    sha256 text not null,
    applications integer not null,
    sealed_at text not null,
    by text not null,
    second text,
    acknowledged_at text,
    primary key (window_id, seq)
);
create table tombstones (
    uid text primary key,
    window_id text not null,
    call_number text not null,
    started_at text not null,
    ended_state text not null,
    erased_at text not null,
    hash text not null
);
""",
    )


@kiosk_migrations(name="0003_batches")
def _batches(db: Database) -> None:
    _run(
        db,
        """
alter table batches add column batch_id text not null default '';
alter table batches add column manifest_sha256 text not null default '';
alter table batches add column supersedes text not null default '[]';
create table erasures (
    window_id text primary key references windows(id),
    at text not null,
    facts text not null
);
create table hand_overs (
    id integer primary key,
    window_id text not null references windows(id),
    seq integer not null,
    at text not null,
    by text not null,
    destination text not null,
    medium text not null,
    purpose text not null,
    applications integer not null,
    size integer not null,
    sha256 text not null,
    outcome text not null
)
""",
    )


@kiosk_migrations(name="0006_pages")
def _pages(db: Database) -> None:
    """How a window's file is cut into pages; those made before have SQLCipher's own."""
    _run(db, "alter table window_keys add column pages text not null default '4096 HMAC_SHA512'")


@window_migrations(name="0001_window")
def _window(db: Database) -> None:
    _run(
        db,
        """
create table applications (
    uid text primary key,
    call_number text not null unique,
    state text not null,
    language text not null,
    version integer not null,
    step text not null default '',
    help_wanted integer not null default 0,
    form_id text,
    answers text not null default '{}',
    started_at text not null,
    consented_at text,
    submitted_at text,
    updated_at text not null,
    claimed_by text,
    claimed_at text,
    batch_seq integer
);
create unique index one_form_once on applications(form_id)
    where form_id is not null and state not in ('withdrawn', 'rejected', 'abandoned');
create index applications_by_state on applications(state);
create table moves (
    id integer primary key,
    uid text not null references applications(uid),
    at text not null,
    event text not null,
    before text not null,
    after text not null,
    by text not null,
    reason text
);
create table changes (
    id integer primary key,
    uid text not null references applications(uid),
    at text not null,
    by text not null,
    item text not null,
    before text,
    after text,
    reason text
);
create index moves_of_one on moves(uid);
create index changes_of_one on changes(uid);
create table photos (
    uid text primary key references applications(uid),
    sha256 text not null,
    width integer not null,
    height integer not null,
    verdict text not null,
    reasons text not null,
    measures text not null,
    exception text,
    exception_reason text,
    taken_at text not null,
    jpeg blob not null -- last, so that the columns before it are read without it
);
create table identity_checks (
    uid text primary key references applications(uid),
    result text not null check (result in ('POST', 'PICKUP', 'REJECT')),
    preset text not null,
    documents text not null,
    agreements text not null,
    notes text not null default '{}',
    checked_by text not null,
    checked_at text not null
);
create table custody (
    id integer primary key,
    uid text not null references applications(uid),
    item text not null,
    count integer not null default 1,
    envelope text,
    state text not null check (state in ('taken', 'in_envelope', 'handed_over', 'given_back')),
    at text not null,
    by text not null
);
create index custody_of_one on custody(uid);
create table photo_statistics (
    id integer primary key,
    uid text not null,
    at text not null,
    verdict text not null,
    reasons text not null,
    attempt integer not null,
    seconds real not null,
    accepted integer not null
);
create table reissue_requests (
    id integer primary key,
    at text not null,
    kind text not null,
    detail text not null
)
""",
    )


@window_migrations(name="0002_desk_reads")
def _desk_reads(db: Database) -> None:
    """What the desk asks for every second, answered out of an index: the newest per state, verdicts, envelopes."""
    _run(
        db,
        """
create index applications_newest on applications(state, updated_at);
drop index applications_by_state;
create index photo_verdicts on photos(uid, verdict);
create index custody_envelopes on custody(envelope) where envelope is not null
""",
    )


@window_migrations(name="0004_photo_grants")
def _photo_grants(db: Database) -> None:
    """Exceptions granted and two persons seen, so that a restart in the middle of a person's way loses neither."""
    _run(
        db,
        """
create table photo_grants (
    uid text primary key references applications(uid),
    exceptions text not null,
    reason text not null,
    granted_by text not null,
    granted_at text not null,
    used_at text
);
create table photo_two_persons (
    uid text primary key references applications(uid),
    seen_at text not null
)
""",
    )


@window_migrations(name="0005_batch_rows")
def _batch_rows(db: Database) -> None:
    """Every batch an application lay in, so that a correction names all of them and not the last one only."""
    _run(
        db,
        """
create table batch_rows (
    uid text not null references applications(uid),
    seq integer not null,
    primary key (uid, seq)
);
insert into batch_rows select uid, batch_seq from applications where batch_seq is not null
""",
    )


@window_migrations(name="0007_birth_dates")
def _birth_dates(db: Database) -> None:
    """Who has the same birth date, out of an index; it lies in this file and is sealed with it."""
    _run(db, "create index applications_by_birth_date on applications(json_extract(answers, '$.birth_date'))")
