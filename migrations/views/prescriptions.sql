create table prescriptions (
    id text primary key,
    number text not null unique,
    patient text not null,
    total bigint not null,
    paid bigint not null,
    covered bigint not null,
    payer text,
    relieved bigint not null,
    lines bigint not null,
    started bigint not null,
    completed bigint not null,
    status text not null,
    attempt text,
    registered_at text not null,
    day text not null,
    position bigint not null
);
create index prescriptions_status on prescriptions (status, position);
create index prescriptions_outstanding on prescriptions (position) where total > covered + relieved + paid;
create index prescriptions_patient on prescriptions (patient, position);
create table prescription_lines (
    prescription text not null,
    line bigint not null,
    exam text not null,
    price bigint not null,
    listed bigint,
    covered bigint not null,
    state text not null,
    technician text,
    started_at text,
    completed_at text,
    primary key (prescription, line)
);
create index prescription_lines_started on prescription_lines (started_at) where state = 'IN_PROGRESS';
create index prescription_lines_completed on prescription_lines (completed_at) where state = 'COMPLETED';
create table prescription_days (
    day text primary key,
    registered bigint not null
);
