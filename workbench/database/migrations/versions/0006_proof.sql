-- A signature is one of an Ed25519 key that is not in the database, over the text of a manifest. Signatures of before have none;
-- they are under `digest` alone, which from here on is the SHA-256 of the manifest.
alter table workbench.sign_off
    add column manifest text,                            -- each item of the evidence with its SHA-256, as JSON
    add column signature bytea,
    add column public_key text,
    add column number integer,                           -- of the tenant's signatures, from 1 on
    add column previous text,                            -- the digest of the one before
    add constraint signed check (num_nulls(manifest, signature, public_key, number) = 0) not valid,  -- from here on
    add constraint sign_off_number unique (tenant_id, number);

-- Every entry of the audit log has a hash of itself and of the one before; the head says how many there are, and the last hash.
alter table workbench.audit_log
    add column number bigint,                            -- of the tenant's entries, from 1 on, in the order of the chain
    add column hash text;

create table workbench.audit_head (
    tenant_id uuid primary key references workbench.tenant,
    entries bigint not null,
    hash text not null
);
alter table workbench.audit_head enable row level security;
alter table workbench.audit_head force row level security;
create policy tenant on workbench.audit_head using (tenant_id = (select workbench.current_tenant()));
grant select on workbench.audit_head to workbench_app;

create function workbench.entry_hash(previous text, entry workbench.audit_log) returns text language sql stable
set timezone = 'UTC' as $$
    select encode(sha256(convert_to(previous || json_build_array(entry.number, entry.id, entry.tenant_id, entry.at,
        entry.actor, entry.action, entry.batch_id, entry.detail)::text, 'UTF8')), 'hex')
$$;

-- The entries there are become a chain in the order in which they came.
alter table workbench.audit_log no force row level security;
alter table workbench.audit_head no force row level security;
do $$
declare entry workbench.audit_log; tenant uuid; last text; count bigint;
begin
    for entry in select * from workbench.audit_log order by tenant_id, id loop
        if entry.tenant_id is distinct from tenant then
            tenant := entry.tenant_id; last := ''; count := 0;
        end if;
        count := count + 1;
        entry.number := count;
        last := workbench.entry_hash(last, entry);
        update workbench.audit_log set number = count, hash = last where id = entry.id;
        insert into workbench.audit_head (tenant_id, entries, hash) values (tenant, count, last)
            on conflict (tenant_id) do update set entries = excluded.entries, hash = excluded.hash;
    end loop;
end $$;
alter table workbench.audit_log force row level security;
alter table workbench.audit_head force row level security;

alter table workbench.audit_log alter column number set not null, alter column hash set not null,
    add constraint audit_log_number unique (tenant_id, number);
