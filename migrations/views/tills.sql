create table tills (
    id text primary key,
    desk text not null,
    cashier text not null,
    state text not null,
    float_amount bigint not null,
    float_pieces text,
    expected bigint not null,
    payments bigint not null,
    taken bigint not null,
    paid_out bigint not null,
    sent bigint not null,
    received bigint not null,
    returned bigint not null,
    deposited bigint not null,
    counted bigint,
    pieces text,
    counted_by text,
    reason text,
    signed_by text,
    note text,
    opened_at text not null,
    counted_at text,
    closed_at text,
    position bigint not null
);
create index tills_cashier on tills (cashier, position);
create index tills_state on tills (state, position);
