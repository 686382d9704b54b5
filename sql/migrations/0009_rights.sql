-- What others may hold up, run or see. Who may do what is in grants/*.sql.

-- Whoever closes days or squashes aliases locks its row, so that one session at a time is at it. Only the owner may: anybody may take
-- advisory locks, also one who may only read.
CREATE TABLE job_turns (job text PRIMARY KEY);
INSERT INTO job_turns VALUES ('close_days'), ('squash_aliases');

-- Has no rows: who writes single profiles locks it IN ROW SHARE MODE, the job that changes many of them IN EXCLUSIVE MODE.
CREATE TABLE profile_turns ();
