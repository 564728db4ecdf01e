create table tills (
    id text primary key,
    desk text not null,
    cashier text not null,
    float_amount bigint not null,
    expected bigint not null,
    payments bigint not null,
    opened_at text not null,
    position bigint not null
);
create index tills_cashier on tills (cashier, position);
