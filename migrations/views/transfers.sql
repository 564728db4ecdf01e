create table till_transfers (
    id text primary key,
    sender text not null,
    receiver text not null,
    amount bigint not null,
    state text not null,
    sent_at text not null,
    ended_at text,
    returned_by text,
    position bigint not null
);
create index till_transfers_sender on till_transfers (sender, position);
create index till_transfers_receiver on till_transfers (receiver, position);
create index till_transfers_state on till_transfers (state, position);
