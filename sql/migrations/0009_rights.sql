-- What others may hold up, run or see. Who may do what is in grants.sql.

-- Whoever closes days or squashes aliases locks its row, so that one session at a time is at it. Only the owner may: anybody may take
-- advisory locks, also one who may only read.
CREATE TABLE job_turns (job text PRIMARY KEY);
INSERT INTO job_turns VALUES ('close_days'), ('squash_aliases');

-- Has no rows: who writes single profiles locks it IN ROW SHARE MODE, the job that changes many of them IN EXCLUSIVE MODE.
CREATE TABLE profile_turns ();

CREATE OR REPLACE FUNCTION take_turns() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    LOCK TABLE profile_turns IN ROW SHARE MODE;
    RETURN NULL;
END
$$;

-- These stay as they are but for the lock.
DO $$
DECLARE
    routine regprocedure;
BEGIN
    FOR routine IN
        SELECT oid FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND proname IN ('join_users', 'join_told', 'take_profile_changes')
    LOOP
        EXECUTE regexp_replace(regexp_replace(pg_get_functiondef(routine),
            'PERFORM pg_advisory_xact_lock_shared\([^;]*;', 'LOCK TABLE profile_turns IN ROW SHARE MODE;', 'g'),
            'PERFORM pg_advisory_xact_lock\([^;]*;', 'LOCK TABLE profile_turns IN EXCLUSIVE MODE;', 'g');
    END LOOP;
END
$$;

-- The days that there may be events of.
CREATE FUNCTION days_of_events() RETURNS date[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT array_agg(DISTINCT d::date)
        FROM timescaledb_information.chunks, generate_series(range_start AT TIME ZONE 'UTC', (range_end - INTERVAL '1 microsecond') AT TIME ZONE 'UTC', INTERVAL '1 day') AS d
        WHERE hypertable_schema = current_schema() AND hypertable_name = 'user_events');
END
$$;

-- The days that are to be closed, in order, as close_days says.
CREATE FUNCTION days_to_close(days date[]) RETURNS SETOF date
LANGUAGE plpgsql STABLE AS $$
DECLARE
    last date := ((now() - INTERVAL '25 hours') AT TIME ZONE 'UTC')::date;
BEGIN
    RETURN QUERY
    SELECT day
    FROM (SELECT unnest(days) AS day UNION SELECT l.day FROM late_days l WHERE l.day >= (SELECT min(d) FROM unnest(days) AS d) UNION SELECT last WHERE days IS NOT NULL) AS d
    LEFT JOIN closed_days c USING (day)
    LEFT JOIN late_days l USING (day)
    WHERE day <= last AND (c.day IS NULL OR c.changes <> coalesce(l.changes, 0))
    ORDER BY day;
END
$$;

-- Closes every day that has been over for an hour (longer than any transaction of the collector takes), has events or got some late, and
-- is not closed yet, or out of date; each in a transaction of its own, so that a refresh costs what has changed. The last day
-- that is over is closed also without events, when all before it are: a day before it that closed_days and late_days do not
-- know has no events. config names the schema. It has the form of a background job's procedure. Procedures that commit set their path
-- themselves: this schema's objects, and nothing that others could have made.
CREATE OR REPLACE PROCEDURE close_days(job_id int, config jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    the_day date;
    days    date[];
BEGIN
    PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', pg_catalog.jsonb_extract_path_text(config, 'schema')), true);
    days := days_of_events();
    -- Days whose raw events a retention policy has dropped go as well.
    DELETE FROM event_blocks WHERE days IS NULL OR day < (SELECT min(d) FROM unnest(days) AS d);
    DELETE FROM quarter_counts WHERE days IS NULL OR day < (SELECT min(d) FROM unnest(days) AS d);
    DELETE FROM closed_days WHERE days IS NULL OR day < (SELECT min(d) FROM unnest(days) AS d);
    IF days IS NULL THEN
        RETURN;
    END IF;
    FOR the_day IN SELECT days_to_close(days) LOOP
        PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', pg_catalog.jsonb_extract_path_text(config, 'schema')), true),
            -- A plan for any day would lock all of them.
            pg_catalog.set_config('plan_cache_mode', 'force_custom_plan', true);
        PERFORM FROM job_turns WHERE job = 'close_days' FOR UPDATE;
        -- Another session may have been at it.
        IF NOT EXISTS (SELECT FROM closed_days c LEFT JOIN late_days l USING (day) WHERE day = the_day AND c.changes = coalesce(l.changes, 0)) THEN
            CALL close_day(the_day);
        END IF;
        COMMIT;
    END LOOP;
    PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', pg_catalog.jsonb_extract_path_text(config, 'schema')), true);
    DELETE FROM closed_days c
    WHERE events = 0 AND day < (SELECT max(day) FROM closed_days) AND day <> ALL(days) AND NOT EXISTS (SELECT FROM late_days l WHERE l.day = c.day);
    COMMIT;
END
$$;

-- As before, with the lock and the path of close_days, and one day after the other: a statement for any day would lock all of them.
CREATE OR REPLACE PROCEDURE squash_aliases(job_id int, config jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    keys    bigint[];
    the_day date;
BEGIN
    PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', pg_catalog.jsonb_extract_path_text(config, 'schema')), true);
    SELECT array_agg(alias_key) INTO keys FROM user_aliases WHERE squashed_at IS NULL AND joined_at < now() - INTERVAL '1 hour';
    IF keys IS NULL THEN
        RETURN;
    END IF;
    FOR the_day IN SELECT unnest(days_of_events()) LOOP
        -- Nested loops look cheap where the statistics of a compressed day say that it has no rows.
        PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', pg_catalog.jsonb_extract_path_text(config, 'schema')), true),
            pg_catalog.set_config('enable_nestloop', 'off', true),
            pg_catalog.set_config('plan_cache_mode', 'force_custom_plan', true),
            pg_catalog.set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true);
        PERFORM FROM job_turns WHERE job = 'squash_aliases' FOR UPDATE;
        IF EXISTS (SELECT FROM user_events WHERE user_key = ANY (keys)
            AND time >= the_day::timestamp AT TIME ZONE 'UTC' AND time < (the_day + 1)::timestamp AT TIME ZONE 'UTC')
        THEN
            CALL squash_day(the_day, keys);
        END IF;
        COMMIT;
    END LOOP;
    PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', pg_catalog.jsonb_extract_path_text(config, 'schema')), true);
    -- First, as join_users does.
    UPDATE alias_changes SET changes = changes + 1;
    UPDATE user_aliases SET squashed_at = now() WHERE alias_key IN (SELECT unnest(keys)) AND squashed_at IS NULL;
    COMMIT;
END
$$;

-- As before, with the path of close_days.
CREATE OR REPLACE PROCEDURE refresh_profiles(job_id int, config jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    pages bigint;
    step  CONSTANT int := 500;
BEGIN
    PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', pg_catalog.jsonb_extract_path_text(config, 'schema')), true);
    IF (SELECT recount FROM profile_state FOR UPDATE) THEN
        CALL recount_events();
    END IF;
    COMMIT;
    PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', pg_catalog.jsonb_extract_path_text(config, 'schema')), true);
    pages := pg_relation_size('profile_changes') / current_setting('block_size')::int;
    FOR page IN 0..pages BY step LOOP
        PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', pg_catalog.jsonb_extract_path_text(config, 'schema')), true);
        CALL take_profile_changes(format('(%s,0)', page)::tid, format('(%s,0)', page + step)::tid);
        COMMIT;
    END LOOP;
END
$$;

-- The schema's background jobs: when each ran last, whether that failed, by how much the next run is later than every so often, and whether
-- the server has let the time pass at which it was going to start it. A function, since a view of the extension's views would keep the
-- extension from being updated.
CREATE FUNCTION background_jobs() RETURNS TABLE (job_id int, name text, every interval, last_run timestamptz, failed boolean, late interval, overdue boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
#variable_conflict use_column
DECLARE
    made timestamptz := (SELECT max(applied_at) FROM schema_migrations);
BEGIN
    RETURN QUERY
    SELECT j.job_id, CASE j.proc_name WHEN 'policy_compression' THEN 'columnstore' WHEN 'policy_retention' THEN 'retention'
            WHEN 'policy_refresh_continuous_aggregate' THEN c.view_name::text ELSE j.proc_name::text END,
        j.schedule_interval, s.started, coalesce(s.last_run_status = 'Failed', false),
        greatest(now() - coalesce(s.started, made) - j.schedule_interval, INTERVAL '0'),
        s.job_status <> 'Running' AND greatest(s.next_start, s.started, made) < now() - greatest(2 * j.schedule_interval, INTERVAL '10 minutes')
    FROM timescaledb_information.jobs j
    -- Older versions name the table behind the rollup.
    LEFT JOIN timescaledb_information.continuous_aggregates c
        ON (j.hypertable_schema, j.hypertable_name) IN ((c.view_schema, c.view_name), (c.materialization_hypertable_schema, c.materialization_hypertable_name))
    JOIN LATERAL (
        SELECT last_run_status, job_status, next_start, nullif(last_run_started_at, '-infinity') AS started
        FROM timescaledb_information.job_stats WHERE job_id = j.job_id
    ) s ON true
    WHERE current_schema() IN (j.proc_schema, j.hypertable_schema, c.view_schema) AND j.scheduled
    ORDER BY 2;
END
$$;

-- Has jobs that failed tried again when they would have run anyway, and returns how many. By itself the server waits longer and longer,
-- for hours, and on PostgreSQL 17.12 TimescaleDB 2.29.2 takes every job for failed after it has done its work.
CREATE FUNCTION wake_jobs() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    woken bigint := 0;
    job   int;
BEGIN
    FOR job IN SELECT job_id FROM background_jobs() WHERE failed AND late > INTERVAL '0' AND NOT overdue LOOP
        EXECUTE format('SELECT %I.alter_job($1, next_start => now())', (SELECT nspname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'timescaledb'))
            USING job;
        woken := woken + 1;
    END LOOP;
    RETURN woken;
END
$$;

-- Does a part of what an overdue job would do, and returns the job's name; NULL where nothing is left to be done. Rollups cannot be refreshed
-- within a function: who owns them does it from outside, and they are right without. A plan for any day would lock all of them.
CREATE FUNCTION run_overdue() RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = 'force_custom_plan' AS $$
DECLARE
    extension text := (SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'timescaledb');
    late      text[] := ARRAY(SELECT name FROM background_jobs() WHERE overdue);
    the_day   date;
    place     tid;
    chunk     regclass;
    expired   interval;
BEGIN
    IF 'refresh_profiles' = ANY (late) THEN
        IF (SELECT recount FROM profile_state FOR UPDATE) THEN
            CALL recount_events();
        END IF;
        SELECT ctid INTO place FROM profile_changes LIMIT 1;
        IF FOUND THEN
            CALL take_profile_changes(format('(%s,0)', (place::text::point)[0])::tid, format('(%s,0)', (place::text::point)[0] + 500)::tid);
            RETURN 'refresh_profiles';
        END IF;
    END IF;
    IF 'close_days' = ANY (late) THEN
        PERFORM FROM job_turns WHERE job = 'close_days' FOR UPDATE;
        SELECT days_to_close(days_of_events()) INTO the_day LIMIT 1;
        IF FOUND THEN
            CALL close_day(the_day);
            RETURN 'close_days';
        END IF;
    END IF;
    -- Also where the server starts the job and it fails, as when there are too many days to delete at once.
    SELECT (config->>'drop_after')::interval INTO expired FROM timescaledb_information.jobs
    WHERE hypertable_schema = current_schema() AND proc_name = 'policy_retention';
    IF EXISTS (SELECT FROM background_jobs() WHERE name = 'retention' AND (overdue OR failed)) THEN
        IF EXISTS (SELECT FROM timescaledb_information.chunks WHERE hypertable_schema = current_schema() AND hypertable_name = 'user_events'
            AND range_end <= now() - expired - CASE WHEN 'retention' = ANY (late) THEN INTERVAL '0' ELSE INTERVAL '3 days' END)
        THEN
            -- Few at once: it locks them all.
            EXECUTE format('SELECT count(*) FROM %s.drop_chunks($1, older_than => $2)', extension) USING 'user_events'::regclass,
                (SELECT max(range_end) FROM (
                    SELECT range_end FROM timescaledb_information.chunks
                    WHERE hypertable_schema = current_schema() AND hypertable_name = 'user_events' AND range_end <= now() - expired ORDER BY range_end LIMIT 50) oldest);
            RETURN 'retention';
        END IF;
    END IF;
    IF 'columnstore' = ANY (late) THEN
        SELECT format('%I.%I', c.chunk_schema, c.chunk_name)::regclass INTO chunk
        FROM timescaledb_information.chunks c JOIN timescaledb_information.jobs j USING (hypertable_schema, hypertable_name)
        WHERE hypertable_schema = current_schema() AND hypertable_name = 'user_events' AND proc_name = 'policy_compression'
            AND NOT is_compressed AND range_end <= now() - (config->>'compress_after')::interval
        ORDER BY range_end LIMIT 1;
        IF FOUND THEN
            EXECUTE format('SELECT %s.compress_chunk($1)', extension) USING chunk;
            RETURN 'columnstore';
        END IF;
    END IF;
    RETURN NULL;
END
$$;
