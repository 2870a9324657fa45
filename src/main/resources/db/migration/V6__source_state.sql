-- The name of the cohort, as its source told it, that a link is filled under; and which state of a cohort the last run
-- that succeeded has delivered, where the source can tell one state from another.

alter table link add column cohort_name varchar(1000);
alter table sync add column delivered_state varchar(400);
