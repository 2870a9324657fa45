-- resync_after: members acknowledged by this run or an earlier one are sent again. told_name: what the source calls the
-- cohort now, where a link goes on under its former name. place: how its target is written to (JSON), so that its members
-- can be removed when configuration no longer says how.

alter table link add column resync_after bigint;
alter table link add column told_name varchar(1000);
alter table link add column place varchar(1000000);

-- Of state that no configured link uses: since when and, if it was set aside, why; and whether its members are to be
-- removed (asked, approved). Such a row's sync has a name that no configured sync can have.

alter table link add column orphan_since timestamp(6) with time zone;
alter table link add column set_aside varchar(2000);
alter table link add column removal varchar(20);
