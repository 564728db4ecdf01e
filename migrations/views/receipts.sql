create table receipts (
    series text not null,
    year bigint not null,
    number bigint not null,
    payment text not null,
    prescription text not null,
    patient text not null,
    cashier text not null,
    method text not null,
    amount bigint not null,
    applied bigint not null,
    advance bigint not null,
    day text not null,
    issued_at text not null,
    position bigint not null,
    primary key (series, year, number)
);
create index receipts_day on receipts (day, position);
create index receipts_payment on receipts (payment, position);
