create table exams (
    id text primary key,
    code text not null,
    name text not null,
    category text not null
);
create table exam_prices (
    exam text not null,
    from_day text not null,
    price bigint not null,
    primary key (exam, from_day)
);
