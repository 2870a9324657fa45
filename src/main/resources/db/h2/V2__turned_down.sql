-- An index of H2 holds every row, so the one on next_try made each enter write once more. Here the few members that a
-- target turned down are listed beside the table: whoever writes membership sees to it, and a row that goes takes its
-- entry along.

create table turned_down (
    link_id bigint not null,
    fingerprint bigint not null,
    member_key varchar(512) not null,
    state smallint not null,
    next_try timestamp(6) with time zone,
    primary key (link_id, fingerprint, member_key),
    foreign key (link_id, fingerprint, member_key) references membership (link_id, fingerprint, member_key) on delete cascade
);

insert into turned_down
select link_id, fingerprint, member_key, state, next_try from membership where state <> 1 or next_try is not null;

drop index membership_turned_down;
