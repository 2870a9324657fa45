-- Members that a route has begun to send and not confirmed yet, each under the process that does so. Standings stay in
-- membership: what is here counts only while that process lives or, confirmed during a run, until the next run begins.

create table process (
    token varchar(100) not null primary key,
    alive_until timestamp(6) with time zone not null
);

create table unconfirmed (
    link_id bigint not null,
    fingerprint bigint not null,
    member_key varchar(512) not null,
    process varchar(100) not null,
    confirmed boolean default false not null,
    added_at timestamp(6) with time zone not null,
    primary key (link_id, fingerprint, member_key)
);
