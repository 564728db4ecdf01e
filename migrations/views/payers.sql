create table payers (
    code text primary key,
    name text not null
);
create table payer_rates (
    payer text not null,
    revision bigint not null,
    exam text,
    rate bigint not null,
    from_day text not null,
    to_day text,
    primary key (payer, revision)
);
