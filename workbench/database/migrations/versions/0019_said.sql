-- A reason that nobody can read is none: white space of any width and letters that nobody sees do not count. What was said
-- before stays as it is.
alter table workbench.import_explanation add constraint reason_is_said check (
    reason ~ '[^\s\u0085\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2069\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]'
) not valid;
alter table workbench.control_total add constraint reason_is_said check (
    reason ~ '[^\s\u0085\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2069\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]'
) not valid;
