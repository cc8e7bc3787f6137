-- The Google Sheets that somebody has configured (seed 001, playbooks A, B and C): what each is for, and where it is. No key is kept.
create table workbench.google_sheet (
    id uuid not null default gen_random_uuid(),
    tenant_id uuid not null references workbench.tenant,
    name text not null check (name <> ''),
    purpose text not null check (purpose in ('teacher_progress_tracking', 'virtual_sessions', 'pathful', 'other')),
    dataset text check ((purpose = 'other') = (dataset is not null)),  -- or playbook, where the purpose does not say it
    district text not null default '',
    virtual_year text not null default '',
    spreadsheet text not null check (spreadsheet ~ '^[A-Za-z0-9_-]{20,100}$'),
    worksheet text,                                      -- the tab's title; none is the first, unless gid says which
    gid bigint,
    created_by text not null,
    created_at timestamptz not null default now(),
    updated_by text not null,
    updated_at timestamptz not null default now(),
    primary key (id, tenant_id),
    unique (tenant_id, purpose, virtual_year, district, name)
);

alter table workbench.google_sheet enable row level security;
alter table workbench.google_sheet force row level security;
create policy tenant on workbench.google_sheet using (tenant_id = (select workbench.current_tenant()));
create policy by_whom on workbench.google_sheet as restrictive for insert
    with check (created_by = (select workbench.current_person()) and created_at = now()
        and updated_by = (select workbench.current_person()) and updated_at = now());
create policy by_whom_again on workbench.google_sheet as restrictive for update
    with check (updated_by = (select workbench.current_person()) and updated_at = now());

grant select, insert, delete on workbench.google_sheet to workbench_app;
grant update (name, purpose, dataset, district, virtual_year, spreadsheet, worksheet, gid, updated_by, updated_at)
    on workbench.google_sheet to workbench_app;
