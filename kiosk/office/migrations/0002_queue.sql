create table queue_steps (
    name text primary key,
    applied_at timestamptz not null default now()
);
