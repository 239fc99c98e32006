alter table applications add column returned_reason text;

create table accounts (
    name text primary key,
    role text not null check (role in ('operator', 'supervisor')),
    passphrase text not null,
    created_at timestamptz not null default now(),
    disabled_at timestamptz,
    last_sign_in_at timestamptz
);

create table tries (
    lookup text primary key,
    failures integer not null,
    until timestamptz
);

create table secrets (name text primary key, value text not null);
insert into secrets (name, value) values ('tries', gen_random_uuid()::text);

create table log (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    staff text not null,
    deed text not null,
    batch_id text,
    uid text,
    detail text not null default ''
);
create index log_by_application on log (batch_id, uid, id);
