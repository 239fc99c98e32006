create table devices (
    public_key text primary key,
    name text not null,
    registered_at timestamptz not null default now(),
    removed_at timestamptz
);

create table batches (
    batch_id text primary key,
    sha256 text not null unique check (sha256 ~ '^[0-9a-f]{64}$'),
    manifest_sha256 text not null,
    device_key text not null,
    municipality text not null,
    window_id text not null,
    seq integer not null check (seq >= 1),
    applications integer not null,
    manifest json not null,
    received_at timestamptz not null,
    acknowledgement bytea not null,
    unique (device_key, window_id, seq)
);
create index batches_by_window on batches (window_id, seq);

create table applications (
    batch_id text not null references batches,
    uid text not null,
    call_number text not null,
    form_id text,
    counted_as text not null,
    municipality text not null,
    out_of_city boolean not null,
    photo_sha256 text,
    content json not null,
    state text not null default 'to_file' check (state in ('to_file', 'filed', 'returned', 'done')),
    version integer not null default 0,
    claimed_by text,
    claimed_at timestamptz,
    superseded_by text references batches,
    superseded_as text check (superseded_as in ('replaced', 'withdrawn')),
    primary key (batch_id, uid),
    check ((superseded_by is null) = (superseded_as is null))
);
create index applications_to_do on applications (state, batch_id) where superseded_by is null and state <> 'done';

create table supersessions (
    by_batch text not null references batches,
    earlier_batch text not null,
    earlier_seq integer not null,
    uid text not null,
    kind text not null check (kind in ('replaced', 'withdrawn')),
    primary key (by_batch, earlier_seq, uid)
);

create table quarantine (
    sha256 text not null,
    reason text not null,
    size bigint not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    times integer not null default 1,
    primary key (sha256, reason)
);
