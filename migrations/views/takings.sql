create table takings (
    day text not null,
    method text not null,
    cashier text not null,
    till text not null,
    receipts bigint not null,
    received bigint not null,
    advances bigint not null,
    refunds bigint not null,
    refunded bigint not null,
    advances_refunded bigint not null,
    primary key (day, method, cashier, till)
);
create table service_takings (
    day text not null,
    exam text not null,
    received bigint not null,
    refunded bigint not null,
    primary key (day, exam)
);
