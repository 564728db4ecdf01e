create table prescriptions (
    id text primary key,
    number text not null unique,
    patient text not null,
    total bigint not null,
    paid bigint not null,
    status text not null,
    attempt text,
    registered_at text not null,
    day text not null,
    position bigint not null
);
create index prescriptions_status on prescriptions (status, position);
create index prescriptions_patient on prescriptions (patient, position);
create table prescription_lines (
    prescription text not null,
    line bigint not null,
    exam text not null,
    price bigint not null,
    listed bigint,
    primary key (prescription, line)
);
create table prescription_days (
    day text primary key,
    registered bigint not null
);
