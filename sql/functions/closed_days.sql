-- Days that are over are packed.

-- The days that there may be events of.
CREATE OR REPLACE FUNCTION days_of_events() RETURNS date[]
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN (SELECT array_agg(DISTINCT d::date)
        FROM timescaledb_information.chunks, generate_series(range_start AT TIME ZONE 'UTC', (range_end - INTERVAL '1 microsecond') AT TIME ZONE 'UTC', INTERVAL '1 day') AS d
        WHERE hypertable_schema = current_schema() AND hypertable_name = 'user_events');
END
$$;

-- The days that are to be closed, in order, as close_days says.
CREATE OR REPLACE FUNCTION days_to_close(days date[]) RETURNS SETOF date
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
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

-- Packs one day. Late events that arrive meanwhile are in the packed day or leave it out of date, never neither: changes is
-- read first, by a statement of its own.
CREATE OR REPLACE PROCEDURE close_day(the_day date)
LANGUAGE plpgsql SET search_path FROM CURRENT SET work_mem = '64MB' AS $$
DECLARE
    known     bigint := coalesce((SELECT changes FROM late_days WHERE day = the_day), 0);
    day_start timestamptz := the_day::timestamp AT TIME ZONE 'UTC';
    day_end   timestamptz := day_start + INTERVAL '24 hours';
BEGIN
    DELETE FROM event_blocks WHERE day = the_day;
    DELETE FROM quarter_counts WHERE day = the_day;
    INSERT INTO closed_days (day, changes, events) VALUES (the_day, known, 0)
    ON CONFLICT (day) DO UPDATE SET changes = known, events = 0, closed_at = now();
    IF NOT EXISTS (SELECT FROM user_events WHERE time >= day_start AND time < day_end) THEN
        RETURN;
    END IF;

    -- A row has few enough events to be packed in memory. Slice s ends with the key that has its number in the upper seven bits and ones after
    -- them, and begins after as many events as have a smaller key.
    INSERT INTO event_blocks (day, event_type, part, slices, user_keys, times)
    SELECT the_day, event_type, part,
        array_prepend(0, ARRAY(SELECT width_bucket(((s - 64) << 57) | 144115188075855871, keys) FROM generate_series(0::bigint, 127) AS s)),
        user_keys, times
    FROM (
        SELECT event_type, part, array_agg(user_key ORDER BY user_key, time) AS keys,
            string_agg(int8send(user_key), '' ORDER BY user_key, time) AS user_keys,
            string_agg(timestamptz_send(time), '' ORDER BY user_key, time) AS times
        FROM (
            SELECT event_type, user_key, time, (row_number() OVER (PARTITION BY event_type ORDER BY user_key, time) - 1) / 100000 AS part
            FROM user_events WHERE time >= day_start AND time < day_end AND user_key <> 0
        ) numbered
        GROUP BY event_type, part
    ) packed;

    WITH counts AS MATERIALIZED (
        SELECT event_type, date_bin(INTERVAL '15 minutes', time, day_start) AS quarter, count(*)::int AS n
        FROM user_events WHERE time >= day_start AND time < day_end
        GROUP BY 1, 2
    ), counted AS (
        INSERT INTO quarter_counts (day, event_type, events)
        SELECT the_day, event_type,
            ARRAY(SELECT coalesce(numbers[array_position(quarters, q)], 0)
                FROM generate_series(day_start, day_start + INTERVAL '1425 minutes', INTERVAL '15 minutes') AS q)
        FROM (SELECT event_type, array_agg(quarter) AS quarters, array_agg(n) AS numbers FROM counts GROUP BY 1) types
    )
    UPDATE closed_days SET events = (SELECT sum(n) FROM counts) WHERE day = the_day;
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
