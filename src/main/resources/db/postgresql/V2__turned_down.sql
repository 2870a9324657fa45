-- In the order of the fingerprints, so that those turned down can be read beside the acknowledged ones.

drop index membership_turned_down;

create index membership_turned_down on membership (link_id, fingerprint, next_try) where state <> 1 or next_try is not null;

-- Compressed already.
alter table delivery alter column member_keys set storage external;
