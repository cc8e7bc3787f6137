-- A reason that nobody can read is none: white space of any width and letters that nobody sees do not count. What was said
-- before stays as it is.
alter table workbench.import_explanation add constraint reason_is_said check (
    reason ~ '[^\s\u0085\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2069\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]'
) not valid;
alter table workbench.control_total add constraint reason_is_said check (
    reason ~ '[^\s\u0085\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2069\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]'
) not valid;

-- Of which datasets and playbooks the rows of one key are written all or none, or all rows of a source (`whole`), as the
-- contracts say: the database completes no batch otherwise.
create table workbench.indivisible (
    data_type text primary key,
    whole boolean not null
);
alter table workbench.indivisible enable row level security;
alter table workbench.indivisible force row level security;
create policy kept on workbench.indivisible to workbench_owner using (true);
create policy known on workbench.indivisible for select using (true);
grant select on workbench.indivisible to workbench_app;
