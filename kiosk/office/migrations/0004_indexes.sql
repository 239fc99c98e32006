create index batches_by_time on batches (received_at);
create index applications_superseded on applications (superseded_by, uid) where superseded_by is not null;
