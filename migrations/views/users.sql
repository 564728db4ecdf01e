create table users (
    id text primary key,
    username text not null,
    first_name text not null,
    last_name text not null,
    role text not null,
    active bigint not null
);
