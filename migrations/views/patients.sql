create table patients (
    id text primary key,
    first_name text not null,
    last_name text not null,
    birth_date text,
    phone text,
    search text not null,
    erased bigint not null,
    position bigint not null
);
create index patients_position on patients (position);
