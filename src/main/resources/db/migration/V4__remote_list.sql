-- The cohort or segment at its target that a link fills. remote_asked: when its creation was asked for, as long as no
-- answer says what came of it.

alter table link add column remote_id varchar(200);
alter table link add column remote_asked timestamp(6) with time zone;
