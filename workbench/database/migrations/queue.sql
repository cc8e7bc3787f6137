-- The job queue under row-level security: whoever asks for a job asks for it in the own name, for a batch or a due run of the own
-- tenant; the workers, who take the jobs up, see all of them. Set anew whenever the queue is brought to a later version.
do $$
declare name text;
begin
    foreach name in array array['jobs', 'events', 'workers', 'periodic_defers'] loop
        execute format('alter table procrastinate.procrastinate_%I enable row level security', name);
        execute format('alter table procrastinate.procrastinate_%I force row level security', name);
        execute format('drop policy if exists worker on procrastinate.procrastinate_%I', name);
        execute format('create policy worker on procrastinate.procrastinate_%I '
                       'using ((select workbench.is_worker()))', name);
    end loop;
end $$;

drop policy if exists seen on procrastinate.procrastinate_jobs;
drop policy if exists asked on procrastinate.procrastinate_jobs;
drop policy if exists changed on procrastinate.procrastinate_jobs;
drop policy if exists withdrawn on procrastinate.procrastinate_jobs;
create policy seen on procrastinate.procrastinate_jobs for select
    using (args ->> 'tenant' = (select slug from workbench.tenant where id = (select workbench.current_tenant())));
create policy asked on procrastinate.procrastinate_jobs for insert with check (
    args ->> 'tenant' = (select slug from workbench.tenant where id = (select workbench.current_tenant()))
    and args ->> 'user' = (select workbench.current_person())
    and lock like (args ->> 'tenant') || ':%' and status = 'todo' and attempts = 0
    and case when task_name in ('fill', 'correct', 'plan', 'commit', 'undo', 'sign', 'sweep') then queueing_lock = args ->> 'batch'
                 and exists (select from workbench.import_batch b where b.id::text = args ->> 'batch')
             when task_name = 'scheduled' then queueing_lock = args ->> 'run'
                 and exists (select from workbench.schedule_run r where r.id::text = args ->> 'run')
             else false end);
create policy changed on procrastinate.procrastinate_jobs for update
    using (args ->> 'tenant' = (select slug from workbench.tenant where id = (select workbench.current_tenant())))
    with check (args ->> 'tenant' = (select slug from workbench.tenant where id = (select workbench.current_tenant()))
        and lock like (args ->> 'tenant') || ':%' and attempts >= 0);
create policy withdrawn on procrastinate.procrastinate_jobs for delete
    using (args ->> 'tenant' = (select slug from workbench.tenant where id = (select workbench.current_tenant())));

drop policy if exists told on procrastinate.procrastinate_events;
create policy told on procrastinate.procrastinate_events
    using (exists (select from procrastinate.procrastinate_jobs j where j.id = job_id));

-- What a job is to do, and for whom, never changes.
revoke update on procrastinate.procrastinate_jobs from workbench_app;
grant update (queue_name, priority, lock, queueing_lock, status, scheduled_at, attempts, abort_requested, worker_id)
    on procrastinate.procrastinate_jobs to workbench_app;
