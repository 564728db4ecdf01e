create table payments (
    id text primary key,
    prescription text not null,
    patient text,
    cashier text not null,
    method text not null,
    amount bigint not null,
    state text not null,
    before_claim text,
    reference text,
    provider_ref text,
    reason text,
    received bigint not null,
    opened_at text not null,
    changed_at text not null,
    position bigint not null
);
create index payments_prescription on payments (prescription, position);
create index payments_watched on payments (opened_at) where state in
    ('CREATED', 'SENDING', 'REGISTERED', 'CLAIMED', 'ABANDONED', 'REJECTED', 'DECLINED', 'EXPIRED', 'REVIEW');
create index payments_state on payments (state, position);
