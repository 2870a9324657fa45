-- A run under way may be cancelled; a sync that keeps failing is tried less and less often; dead letters are sent again so
-- many a minute. A follow-up that a person asked for follows whatever the run before it came to.

alter table run add column cancel_asked boolean default false not null;

alter table sync add column follow_up_by_hand boolean default false not null;
alter table sync add column failures integer default 0 not null;
alter table sync add column failing_since timestamp(6) with time zone;
alter table sync add column last_failure varchar(2000);
alter table sync add column next_try timestamp(6) with time zone;
