create table deposits (
    id text primary key,
    number text,
    till text not null,
    giver text not null,
    amount bigint not null,
    pieces text not null,
    carrier text,
    day text not null,
    state text not null,
    place text,
    reference text,
    proven_by text,
    made_at text not null,
    proven_at text,
    position bigint not null
);
create index deposits_till on deposits (till, position);
create index deposits_giver on deposits (giver, position);
create index deposits_state on deposits (state, position);
