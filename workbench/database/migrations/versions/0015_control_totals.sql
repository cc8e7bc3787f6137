-- What the rows of a batch have to come to: as the file's own last line says, as the manifest of an archive says, or as a person
-- has said beforehand. A batch whose rows come to something else is completed only once a person has accepted that, and why.
create table workbench.control_total (
    tenant_id uuid not null,
    batch_id uuid not null,
    name text not null check (name <> ''),               -- as its contract calls it; "rows" is the count of all
    origin text not null check (origin in ('file', 'manifest', 'person')),
    kind text not null check (kind in ('rows', 'sum', 'keys')),
    fields text[] not null,                              -- the one that is added up, or those of the key
    expected numeric not null,
    line integer,                                        -- where the file says it
    said_by text not null,
    said_at timestamptz not null default now(),
    found numeric,                                       -- what a person accepted instead; null where it cannot be told
    accepted_by text,
    accepted_at timestamptz,
    reason text check (reason ~ '\S'),
    primary key (batch_id, name, origin),
    foreign key (tenant_id, batch_id) references workbench.import_batch (tenant_id, id),
    constraint accepted check (num_nulls(accepted_by, accepted_at, reason) in (0, 3)),
    constraint of_line check (line is null or origin = 'file')
);

alter table workbench.control_total enable row level security;
alter table workbench.control_total force row level security;
create policy seen on workbench.control_total for select using (tenant_id = (select workbench.current_tenant()));
create policy said on workbench.control_total for insert
    with check (tenant_id = (select workbench.current_tenant()) and batch_id = (select workbench.open_batch()));
create policy accepted on workbench.control_total for update using (tenant_id = (select workbench.current_tenant()));
create policy given_up on workbench.control_total for delete to workbench_owner using (
    tenant_id = (select workbench.current_tenant()) and batch_id = (
        select id from workbench.import_batch
        where id = nullif(current_setting('workbench.batch', true), '')::uuid and stage = 'failed'));
grant select, insert on workbench.control_total to workbench_app;
grant update (reason) on workbench.control_total to workbench_app;
