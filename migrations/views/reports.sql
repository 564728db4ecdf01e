create table signed_reports (
    position bigint primary key,
    name text not null,
    days text not null,
    first_day text not null,
    last_day text not null,
    cashier text,
    signed_at text not null,
    signed_by text not null,
    reflects bigint not null,
    sha256 text not null,
    report text not null
);
create index signed_reports_name on signed_reports (name, days, position);
create table exports (
    position bigint primary key,
    name text not null,
    days text not null,
    format text not null,
    taken_at text not null,
    taken_by text not null,
    reflects bigint not null,
    sha256 text not null
);
