-- When a person last had a link's target asked who is there, and what it was found to lack and to have beyond what it
-- acknowledged; and of how many that could not be said yet.

alter table link add column verified_at timestamp(6) with time zone;
alter table link add column verified_missing bigint;
alter table link add column verified_extra bigint;
alter table link add column verified_unsettled bigint;
