-- What was staged and planned of a batch is taken away again when it has failed, by nobody but workbench.forget_rows() (current.sql).
do $$
declare name text;
begin
    foreach name in array array['import_row', 'import_outcome', 'import_removal', 'import_correction', 'import_decision']
    loop
        execute format($policy$
            create policy given_up on workbench.%I for delete to workbench_owner using (
                tenant_id = (select workbench.current_tenant()) and batch_id = (
                    select id from workbench.import_batch
                    where id = nullif(current_setting('workbench.batch', true), '')::uuid and stage = 'failed'))
        $policy$, name);
    end loop;
end $$;
