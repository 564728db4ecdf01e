create table work_items (
    position bigint primary key,
    kind text not null,
    payment text,
    wallet text,
    reference text,
    amount bigint,
    opened_at text not null,
    closed_at text
);
create index work_items_payment on work_items (payment, kind);
create index work_items_reliefs on work_items (reference) where kind = 'relief_requested';
