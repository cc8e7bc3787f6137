-- What is imported by itself (seed 001, the daily import script), and what came of each time that it was due.
create table workbench.schedule (
    id uuid not null default gen_random_uuid(),
    tenant_id uuid not null references workbench.tenant,
    name text not null check (name <> ''),
    cron text not null,
    zone text not null,
    sequence text,                                       -- of Salesforce's steps, or one of its playbooks
    steps text[] not null default '{}',                  -- these alone
    google_sheet uuid,                                   -- one that is configured no more fails its run with a sentence
    "window" text,
    everything boolean not null default false,           -- reads all records, not only what was changed
    next_due timestamptz,                                -- null while it is paused
    created_by text not null,
    created_at timestamptz not null default now(),
    updated_by text not null,                            -- in whose name its runs are done
    updated_at timestamptz not null default now(),
    removed_at timestamptz,                              -- its runs stay to be read
    primary key (id, tenant_id),
    constraint one_work check ((sequence is not null)::int + (steps <> '{}')::int + (google_sheet is not null)::int = 1)
);
create unique index schedule_name on workbench.schedule (tenant_id, name) where removed_at is null;

-- One time that a schedule was due, or that somebody has asked for. A schedule is due once at a time, whoever finds it so.
create table workbench.schedule_run (
    id uuid not null default gen_random_uuid(),
    tenant_id uuid not null references workbench.tenant,
    schedule_id uuid,                                    -- none: somebody asked for steps without one
    name text not null,
    sequence text,                                       -- what it does, whatever becomes of the schedule
    steps text[] not null default '{}',
    google_sheet uuid,
    "window" text,
    everything boolean not null default false,
    only_missing boolean not null default false,         -- what an audit finds missing or stale here
    due timestamptz not null default now(),
    missed integer not null default 0 check (missed >= 0),  -- times that nobody took up, all of which it catches up
    missed_since timestamptz,
    asked_by text,                                       -- none: it was due
    status text not null default 'waiting' check (status in ('waiting', 'running', 'completed', 'partial', 'held', 'failed')),
    started_at timestamptz,
    ended_at timestamptz,
    told text not null default '',                       -- what came of it, in a sentence
    done jsonb not null default '[]',                    -- what came of each step, in their order
    created_at timestamptz not null default now(),
    primary key (id, tenant_id),
    unique (schedule_id, due),
    foreign key (schedule_id, tenant_id) references workbench.schedule (id, tenant_id),
    constraint ends check ((ended_at is null) = (status in ('waiting', 'running')))
);
create index schedule_run_due on workbench.schedule_run (tenant_id, due desc);
create index schedule_run_waiting on workbench.schedule_run (tenant_id) where status = 'waiting';

alter table workbench.schedule enable row level security;
alter table workbench.schedule force row level security;
alter table workbench.schedule_run enable row level security;
alter table workbench.schedule_run force row level security;
create policy tenant on workbench.schedule using (tenant_id = (select workbench.current_tenant()));
create policy tenant on workbench.schedule_run using (tenant_id = (select workbench.current_tenant()));
-- `due_schedules`, which runs with its owner's rights, finds those of every tenant for a worker
create policy due on workbench.schedule for select to workbench_owner using (true);
create policy due on workbench.schedule_run for select to workbench_owner using (true);
create policy by_whom on workbench.schedule as restrictive for insert
    with check (created_by = (select workbench.current_person()) and created_at = now()
        and updated_by = (select workbench.current_person()) and updated_at = now());
create policy by_whom_again on workbench.schedule as restrictive for update
    with check (updated_by = (select workbench.current_person()));
create policy by_whom on workbench.schedule_run as restrictive for insert
    with check (coalesce(asked_by = (select workbench.current_person()), schedule_id is not null) and created_at = now()
        and status = 'waiting' and done = '[]');
-- what came of it stays
create policy ended on workbench.schedule_run as restrictive for update using (ended_at is null) with check (true);

grant select, insert on workbench.schedule, workbench.schedule_run to workbench_app;
grant update (name, cron, zone, sequence, steps, google_sheet, "window", everything, next_due, updated_by, updated_at, removed_at)
    on workbench.schedule to workbench_app;
grant update (status, started_at, ended_at, told, done) on workbench.schedule_run to workbench_app;
