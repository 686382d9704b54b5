-- The background jobs: how they are, and what is done where the server leaves them.

-- The schema that holds the extension's functions, quoted.
CREATE OR REPLACE FUNCTION extension_schema() RETURNS text
LANGUAGE sql STABLE
RETURN (SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'timescaledb');

-- The schema's background jobs: when each ran last, whether that failed, by how much the next run is later than every so often, and whether
-- the server has let the time pass at which it was going to start it. A function, since a view of the extension's views would keep the
-- extension from being updated.
CREATE OR REPLACE FUNCTION background_jobs() RETURNS TABLE (job_id int, name text, every interval, last_run timestamptz, failed boolean, late interval, overdue boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
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
CREATE OR REPLACE FUNCTION wake_jobs() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    woken bigint := 0;
    job   int;
BEGIN
    FOR job IN SELECT job_id FROM background_jobs() WHERE failed AND late > INTERVAL '0' AND NOT overdue LOOP
        EXECUTE format('SELECT %s.alter_job($1, next_start => now())', extension_schema()) USING job;
        woken := woken + 1;
    END LOOP;
    RETURN woken;
END
$$;

-- Does a part of what an overdue job would do, and returns the job's name; NULL where nothing is left to be done. Rollups cannot be refreshed
-- within a function: who owns them does it from outside, and they are right without. A plan for any day would lock all of them.
CREATE OR REPLACE FUNCTION run_overdue() RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET plan_cache_mode = 'force_custom_plan' AS $$
DECLARE
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
        SELECT days_to_close(days_to_look_at()) INTO the_day LIMIT 1;
        IF FOUND THEN
            CALL close_day(the_day);
            RETURN 'close_days';
        END IF;
        SELECT days_to_pack() INTO the_day LIMIT 1;
        IF FOUND THEN
            CALL pack_properties(the_day);
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
            EXECUTE format('SELECT count(*) FROM %s.drop_chunks($1, older_than => $2)', extension_schema()) USING 'user_events'::regclass,
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
            EXECUTE format('SELECT %s.compress_chunk($1)', extension_schema()) USING chunk;
            RETURN 'columnstore';
        END IF;
    END IF;
    RETURN NULL;
END
$$;
