create table balances (
    day text not null,
    journal text not null,
    account text not null,
    debit bigint not null,
    credit bigint not null,
    primary key (day, journal, account)
);
