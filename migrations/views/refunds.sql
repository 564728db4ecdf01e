create table refunds (
    id text primary key,
    payment text not null,
    kind text not null,
    amount bigint not null,
    applied bigint,
    advance bigint,
    reason text not null,
    state text not null,
    requested_by text not null,
    decided_by text,
    rejection text,
    completed_by text,
    provider_ref text,
    series text,
    year bigint,
    number bigint,
    method text,
    till text,
    day text,
    paid bigint,
    requested_at text not null,
    changed_at text not null,
    position bigint not null
);
create index refunds_state on refunds (state, position);
create index refunds_day on refunds (day, paid);
create index refunds_payment on refunds (payment, position);
create table refunded (
    payment text primary key,
    amount bigint not null,
    advance bigint not null,
    voided bigint not null
);
