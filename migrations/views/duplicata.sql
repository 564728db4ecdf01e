create table duplicata (
    series text not null,
    year bigint not null,
    number bigint not null,
    copies bigint not null,
    primary key (series, year, number)
);
