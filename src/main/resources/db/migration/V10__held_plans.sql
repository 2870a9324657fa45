-- The plan of a link that waits for a person, and what persons have decided. Fingerprints come in parts, each of many.

create table held_plan (
    link_id bigint not null primary key,
    id varchar(40) not null,
    enters bigint not null,
    exits bigint not null,
    why varchar(2000) not null,
    run_id bigint not null,
    held_at timestamp(6) with time zone not null,
    -- What a person has said of it; until a run goes by that, it is known that it is not held any more.
    decided varchar(10)
);

-- standing: held, with the plan above; approved, to be done; kept, not to be removed until they are wanted again.
create table held_members (
    link_id bigint not null,
    standing varchar(10) not null,
    direction smallint not null,
    part integer not null,
    members integer not null,
    fingerprints ${bytes} not null,
    primary key (link_id, standing, direction, part)
);

-- Exits that a person has approved are no reason to hold others.
alter table delivery add column approved_exits integer default 0 not null;
