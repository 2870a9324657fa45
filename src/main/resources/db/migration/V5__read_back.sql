-- When a link's target was last asked who is there, by the clock of the node that asked.

alter table link add column read_back_at timestamp(6) with time zone;
