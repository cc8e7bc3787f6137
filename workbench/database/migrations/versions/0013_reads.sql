-- What of Salesforce was read for which import: the changes after one time and up to another, by Salesforce's clock. Nothing in it
-- ever changes. How far a playbook's extract has been read is asked of it (workbench.read_until), and stands nowhere.
create table workbench.salesforce_read (
    id uuid not null default gen_random_uuid(),
    tenant_id uuid not null references workbench.tenant,
    playbook text not null,
    object text not null,
    asked text not null check (asked ~ '^[0-9a-f]{64}$'),  -- of whom, for what, and how it was mapped
    since timestamptz,                                   -- null: everything
    until timestamptz not null,
    batch_id uuid,                                       -- null: there was nothing to import
    read_by text not null,
    read_at timestamptz not null default now(),
    primary key (id, tenant_id),
    foreign key (tenant_id, batch_id) references workbench.import_batch (tenant_id, id),
    constraint forward check (since < until)
);
create index salesforce_read_asked on workbench.salesforce_read (tenant_id, playbook, asked);
create unique index salesforce_read_batch on workbench.salesforce_read (batch_id);

alter table workbench.salesforce_read enable row level security;
alter table workbench.salesforce_read force row level security;
create policy tenant on workbench.salesforce_read using (tenant_id = (select workbench.current_tenant()));
create policy by_whom on workbench.salesforce_read as restrictive for insert
    with check (read_by = (select workbench.current_person()) and read_at = now());

grant select, insert on workbench.salesforce_read to workbench_app;
