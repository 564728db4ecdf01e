-- How far each read model is, for each of its versions: a program of another version has other rows.
create table if not exists checkpoints (
    name text not null,
    version bigint not null,
    position bigint not null,
    -- The log's chain at that position: whose events the model shows.
    chain bytea,
    -- How often the lease was taken: who took it earlier can't move the model any more.
    epoch bigint not null,
    -- Why the model can't take in the event after its position.
    stopped text,
    -- False while the model is filled behind the others: nobody reads it.
    ready boolean not null default true,
    primary key (name, version)
);
-- For tables of an earlier program. Only where it is missing: altering waits for all who read, and they for it.
do $$
begin
    if not exists (select from pg_attribute where attrelid = 'checkpoints'::regclass and attname = 'ready') then
        alter table checkpoints add column ready boolean not null default true;
    end if;
end $$;
-- Begins every batch of a model. It holds the row until the commit, so that of two movers the second
-- waits here, finds another position, and fails before it touches a row of the model.
create or replace function go_on(
    model text, its_version bigint, its_epoch bigint, old bigint, new bigint, link bytea, why text
) returns void language plpgsql as $$
begin
    update checkpoints set position = new, chain = coalesce(link, chain), stopped = why
    where name = model and version = its_version and epoch = its_epoch and position = old;
    if not found then
        raise exception 'somebody else moves %', model using errcode = 'QT001';
    end if;
end $$;
