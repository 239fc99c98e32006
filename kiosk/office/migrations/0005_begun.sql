create table begun (
    sha256 text primary key,
    photos text[] not null,
    at timestamptz not null default now()
);
