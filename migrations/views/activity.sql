create table activity (
    day text not null,
    exam text not null,
    technician text not null,
    completed bigint not null,
    revenue bigint not null,
    primary key (day, exam, technician)
);
