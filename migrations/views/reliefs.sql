create table reliefs (
    id text primary key,
    prescription text not null,
    kind text not null,
    amount bigint not null,
    reason text not null,
    state text not null,
    requested_by text not null,
    requested_at text not null,
    decided_by text,
    decided_at text,
    rejection text,
    voucher text,
    day text,
    position bigint not null
);
create index reliefs_state on reliefs (state, position);
create index reliefs_prescription on reliefs (prescription, position);
