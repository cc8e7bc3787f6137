-- The key with which the program proves for whom a connection is. Whoever may set the database up can read it; the program's
-- role cannot, so that no statement that somebody has slipped into its connection speaks for another tenant or person.
create table workbench.program_key (key bytea not null check (length(key) = 64));
insert into workbench.program_key values (
    sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) ||
    sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
create unique index program_key_one on workbench.program_key ((true));

-- In which table the records of a dataset stand, as the contracts say: for the checks of the database itself.
create table workbench.dataset (
    data_type text primary key,
    family text not null,
    target text not null,
    active text,                                         -- the column that says whether a record is switched on
    key text                                             -- the one that is its natural key, where that is one text
);

alter table workbench.program_key enable row level security;
alter table workbench.program_key force row level security;
create policy kept on workbench.program_key to workbench_owner using (true);
alter table workbench.dataset enable row level security;
alter table workbench.dataset force row level security;
create policy kept on workbench.dataset to workbench_owner using (true);
create policy known on workbench.dataset for select using (true);
grant select on workbench.dataset to workbench_app;

-- A tenant is seen from within; `enter`, which runs with its owner's rights, finds them all.
drop policy tenant on workbench.tenant;
create policy tenant on workbench.tenant for select using (id = (select workbench.current_tenant()));
create policy kept on workbench.tenant to workbench_owner using (true);
drop function workbench.tenant_id(text);

-- Who works in a tenant is written down by `enter` alone.
revoke insert on workbench.person from workbench_app;

create function workbench.current_person() returns text language sql stable parallel safe as 'select null::text';

-- Whoever began, explained, corrected, decided, signed or noted something is who the connection is for, and the time is that
-- of the transaction.
create policy by_whom on workbench.import_run as restrictive for insert
    with check (initiated_by_id = (select workbench.current_person()));
create policy by_whom on workbench.import_batch as restrictive for insert
    with check (initiated_by_id = (select workbench.current_person()));
create policy by_whom on workbench.import_template as restrictive for insert
    with check (created_by_id = (select workbench.current_person()));
create policy by_whom on workbench.import_explanation as restrictive for insert
    with check (explained_by = (select workbench.current_person()) and explained_at = now());
create policy by_whom on workbench.import_correction as restrictive for insert
    with check (corrected_by = (select workbench.current_person()) and corrected_at = now());
create policy by_whom on workbench.import_decision as restrictive for insert
    with check (decided_by = (select workbench.current_person()) and decided_at = now());
create policy by_whom on workbench.sign_off as restrictive for insert
    with check (signed_by = (select workbench.current_person()) and signed_at = now());
create policy by_whom on workbench.audit_log as restrictive for insert
    with check (actor = (select workbench.current_person()) and at = now());
create policy by_whom on workbench.import_profile as restrictive for insert
    with check (kept_by = (select workbench.current_person()));
create policy by_whom on workbench.import_source as restrictive for insert
    with check (updated_by = (select workbench.current_person()));
