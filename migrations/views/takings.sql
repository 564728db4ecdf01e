create table takings (
    day text not null,
    method text not null,
    cashier text not null,
    receipts bigint not null,
    amount bigint not null,
    advance bigint not null,
    primary key (day, method, cashier)
);
