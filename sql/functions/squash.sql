-- Events that are stored under an alias move to its user.

-- Moves a day's events of the aliases with the given keys to their users. A message that came both before its alias was known and after
-- is stored under both ids; it stays once, and counts once. Deleted and stored again: TimescaleDB refuses to change the columns
-- by which compressed days are sorted.
CREATE OR REPLACE PROCEDURE squash_day(the_day date, keys bigint[])
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    day_start timestamptz := the_day::timestamp AT TIME ZONE 'UTC';
    day_end   timestamptz := day_start + INTERVAL '24 hours';
BEGIN
    -- Changes what was packed and kept of the day, from the moment that the moved events can be seen.
    PERFORM mark_late_days(ARRAY[day_start]);
    WITH gone AS (
        DELETE FROM user_events e
        USING user_aliases a
        WHERE e.time >= day_start AND e.time < day_end AND e.user_key IN (SELECT unnest(keys))
            AND a.alias_key = e.user_key AND a.squashed_at IS NULL
        RETURNING e.*, a.user_id AS known_id, a.user_key AS known_key
    ), arrivals AS (
        SELECT *, row_number() OVER (PARTITION BY known_key, event_type, time, event_id ORDER BY user_key) AS place FROM gone
    ), moved AS (
        INSERT INTO user_events AS m (time, user_id, user_key, event_type, page_url, device_type, session_id, metadata, event_id,
            received_at, anonymous_id, sent_time, alias)
        SELECT time, known_id, known_key, event_type, page_url, device_type, session_id, metadata, event_id, received_at,
            coalesce(anonymous_id, user_id), sent_time, coalesce(alias, user_id)
        FROM arrivals
        WHERE place = 1
        ORDER BY event_type, known_key, time
        ON CONFLICT DO NOTHING
        RETURNING m.event_type, m.user_key, m.time, m.event_id
    )
    INSERT INTO profile_changes (session_key, time, click, user_id, category, removed)
    SELECT coalesce(hashtextextended(session_id, 0), 0), time, event_type = 'click', user_id, category_of(metadata), true
    FROM arrivals a
    WHERE place > 1 OR NOT EXISTS (
        SELECT FROM moved m WHERE m.event_type = a.event_type AND m.user_key = a.known_key AND m.time = a.time AND m.event_id = a.event_id);
END
$$;

-- Moves the events of all aliases that are known for an hour (longer than any transaction of the collector takes: none that did
-- not know the alias is under way). Each day is moved in a transaction of its own (a statement for any day would lock all of them),
-- and answers are the same all the time: an alias is left out of the mapping after its last day only. config names the schema. It
-- has the form of a background job's procedure, and sets its path as close_days does.
CREATE OR REPLACE PROCEDURE squash_aliases(job_id int, config jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    keys    bigint[];
    span    record;
    days    date[];
    the_day date;
BEGIN
    PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', pg_catalog.jsonb_extract_path_text(config, 'schema')), true);
    SELECT array_agg(alias_key) INTO keys FROM user_aliases WHERE squashed_at IS NULL AND joined_at < now() - INTERVAL '1 hour';
    IF keys IS NULL THEN
        RETURN;
    END IF;
    FOR span IN SELECT range_start, range_end FROM timescaledb_information.chunks
        WHERE hypertable_schema = current_schema() AND hypertable_name = 'user_events' ORDER BY 1
    LOOP
        -- Nested loops look cheap where the statistics of a compressed day say that it has no rows.
        PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', pg_catalog.jsonb_extract_path_text(config, 'schema')), true),
            pg_catalog.set_config('plan_cache_mode', 'force_custom_plan', true),
            pg_catalog.set_config('enable_nestloop', 'off', true),
            pg_catalog.set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true);
        SELECT array_agg(DISTINCT (time AT TIME ZONE 'UTC')::date) INTO days FROM user_events
        WHERE user_key = ANY (keys) AND time >= span.range_start AND time < span.range_end;
        FOREACH the_day IN ARRAY coalesce(days, '{}') LOOP
            PERFORM FROM job_turns WHERE job = 'squash_aliases' FOR UPDATE;
            CALL squash_day(the_day, keys);
            COMMIT;
            PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', pg_catalog.jsonb_extract_path_text(config, 'schema')), true),
                pg_catalog.set_config('plan_cache_mode', 'force_custom_plan', true),
                pg_catalog.set_config('enable_nestloop', 'off', true),
                pg_catalog.set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true);
        END LOOP;
        COMMIT;
    END LOOP;
    PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', pg_catalog.jsonb_extract_path_text(config, 'schema')), true);
    -- First, as join_users does.
    UPDATE alias_changes SET changes = changes + 1;
    UPDATE user_aliases SET squashed_at = now() WHERE alias_key IN (SELECT unnest(keys)) AND squashed_at IS NULL;
    COMMIT;
END
$$;
