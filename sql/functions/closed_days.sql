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

-- The days that may have to be closed, besides late ones: of a chunk of several days, the first one and those after the last closed day. late_days
-- has the others that got events after they were over.
CREATE OR REPLACE FUNCTION days_to_look_at() RETURNS date[]
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN (SELECT array_agg(DISTINCT d::date)
        FROM timescaledb_information.chunks, generate_series(range_start AT TIME ZONE 'UTC', (range_end - INTERVAL '1 microsecond') AT TIME ZONE 'UTC', INTERVAL '1 day') AS d
        WHERE hypertable_schema = current_schema() AND hypertable_name = 'user_events'
            AND (d = range_start AT TIME ZONE 'UTC' OR d > coalesce((SELECT max(day) FROM closed_days), '-infinity')));
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

-- The part of its event type that the n-th event (from 1) of known users is in, or of others.
CREATE OR REPLACE FUNCTION part_of(of_user boolean, n bigint) RETURNS int
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN of_user THEN (n - 1) / 100000 ELSE -1 - (n - 1) / 100000 END;

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
    DELETE FROM event_properties WHERE day = the_day;
    DELETE FROM quarter_counts WHERE day = the_day;
    INSERT INTO closed_days (day, changes, events) VALUES (the_day, known, 0)
    ON CONFLICT (day) DO UPDATE SET changes = known, events = 0, properties = false, closed_at = now();
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
        SELECT event_type, part, array_agg(key ORDER BY key, time) AS keys,
            string_agg(int8send(key), '' ORDER BY key, time) AS user_keys,
            string_agg(timestamptz_send(time), '' ORDER BY key, time) AS times
        FROM (
            SELECT event_type, key, time, part_of(of_user, row_number() OVER (PARTITION BY event_type, of_user ORDER BY key, time)) AS part
            FROM (
                SELECT event_type, time, user_key <> 0 AS of_user, CASE user_key WHEN 0 THEN user_key_of(session_id) ELSE user_key END AS key
                FROM user_events WHERE time >= day_start AND time < day_end
            ) events
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

-- Packs the properties of a closed day: of each type and part the 64 that most events have, with at most 65535 different values of at most 500 bytes
-- each and 1 MB together; the others are read from the events. An event that comes meanwhile leaves the day out of date, with all that is packed
-- of it.
CREATE OR REPLACE PROCEDURE pack_properties(the_day date)
LANGUAGE plpgsql SET search_path FROM CURRENT SET work_mem = '64MB' SET enable_nestloop = off SET jit = off AS $$
DECLARE
    day_start timestamptz := the_day::timestamp AT TIME ZONE 'UTC';
BEGIN
    -- Days that were closed before properties were packed lack the events without a user.
    IF NOT EXISTS (SELECT FROM event_blocks WHERE day = the_day AND part < 0)
        AND EXISTS (SELECT FROM user_events WHERE time >= day_start AND time < day_start + INTERVAL '24 hours' AND user_key = 0)
    THEN
        CALL close_day(the_day);
    END IF;
    DELETE FROM event_properties WHERE day = the_day;
    INSERT INTO event_properties (day, event_type, part, property, holds, dictionary, size, width, codes)
    WITH RECURSIVE events AS MATERIALIZED (
        SELECT event_type, part_of(of_user, n) AS part, ((n - 1) % 100000)::int AS place, of_user, session_key, device_type, page_url, metadata
        FROM (
            SELECT event_type, of_user, session_key, device_type, page_url, metadata,
                row_number() OVER (PARTITION BY event_type, of_user ORDER BY key, time, event_id) AS n
            FROM (
                SELECT event_type, time, event_id, user_key <> 0 AS of_user, user_key_of(session_id) AS session_key, device_type, page_url, metadata,
                    CASE user_key WHEN 0 THEN user_key_of(session_id) ELSE user_key END AS key
                FROM user_events WHERE time >= day_start AND time < day_start + INTERVAL '24 hours'
            ) keyed
        ) ordered
    ), named AS (
        SELECT event_type, part, place, ARRAY['metadata', name] AS property, value FROM events, jsonb_each(metadata) AS m (name, value)
        UNION ALL
        SELECT event_type, part, place, property || name, m.value FROM named, jsonb_each(CASE jsonb_typeof(named.value) WHEN 'object' THEN named.value END) AS m (name, value)
        WHERE cardinality(property) <= 8
    ), set AS (
        SELECT event_type, part, place, property, CASE jsonb_typeof(value) WHEN 'object' THEN 'objects' WHEN 'array' THEN 'more' ELSE 'values' END AS holds,
            CASE WHEN jsonb_typeof(value) IN ('string', 'number', 'boolean') THEN value::text END AS value
        FROM named
        UNION ALL
        SELECT event_type, part, place, ARRAY[name], 'values', value FROM events, LATERAL (VALUES ('device_type', device_type), ('page_url', page_url)) AS c (name, value)
        WHERE value IS NOT NULL
    ), gathered AS (
        SELECT event_type, part, property, array_agg(place) AS places, array_agg(CASE WHEN octet_length(value) <= 500 THEN value END) AS texts,
            bool_or(holds = 'objects') AS objects, bool_or(holds = 'more' OR octet_length(value) > 500) AS more
        FROM set GROUP BY event_type, part, property
    ), ranked AS MATERIALIZED (
        SELECT *, row_number() OVER (PARTITION BY event_type, part ORDER BY cardinality(places) DESC, property) AS rank FROM gathered
    ), chosen AS (
        SELECT event_type, part, property, places, texts, dictionary, CASE WHEN cardinality(dictionary) > 255 THEN 2 ELSE 1 END AS width,
            CASE WHEN more OR cardinality(dictionary) > 65535 OR octets > 1000000 THEN 'more' WHEN objects THEN 'objects' ELSE 'values' END AS holds
        FROM ranked CROSS JOIN LATERAL (
            SELECT array_agg(text ORDER BY text), sum(octet_length(text)) FROM (SELECT DISTINCT text COLLATE "C" AS text FROM unnest(texts) AS t (text) WHERE text IS NOT NULL) d
        ) AS d (dictionary, octets)
        WHERE rank <= 64
    )
    SELECT the_day, event_type, part, property, holds, CASE holds WHEN 'values' THEN dictionary END, coalesce(cardinality(dictionary), 0),
        CASE holds WHEN 'values' THEN width END,
        CASE holds WHEN 'values' THEN (
            SELECT string_agg(decode(repeat('00', gap * width), 'hex') || substring(int4send(coalesce(code, 0)::int) FROM 5 - width), '' ORDER BY place)
            FROM (SELECT text, place, place - lag(place, 1, -1) OVER (ORDER BY place) - 1 AS gap FROM unnest(texts, places) AS t (text, place)) coded
            LEFT JOIN unnest(dictionary) WITH ORDINALITY AS d (text, code) ON d.text COLLATE "C" = coded.text
        ) END
    FROM chosen
    UNION ALL
    SELECT the_day, event_type, part, ARRAY['metadata'], 'more', NULL, 0, NULL, NULL FROM ranked WHERE rank = 65
    UNION ALL
    SELECT the_day, event_type, part, ARRAY['session_id'], 'values', NULL, 0, 8, string_agg(int8send(session_key), '' ORDER BY place)
    FROM events WHERE of_user GROUP BY event_type, part HAVING bool_or(session_key <> 0);
    UPDATE closed_days SET properties = true WHERE day = the_day;
END
$$;

-- The closed days whose properties are to be packed, the latest first: it is asked for most. Days that are out of date are closed again before.
CREATE OR REPLACE FUNCTION days_to_pack() RETURNS SETOF date
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN QUERY
    SELECT day FROM closed_days c LEFT JOIN late_days l USING (day)
    WHERE NOT properties AND events > 0 AND c.changes = coalesce(l.changes, 0)
    ORDER BY day DESC;
END
$$;

-- Closes every day that has been over for an hour (longer than any transaction of the collector takes), has events or got some late, and
-- is not closed yet, or out of date; each in a transaction of its own, so that a refresh costs what has changed. The last day
-- that is over is closed also without events, when all before it are: a day before it that closed_days and late_days do not
-- know has no events. Then the properties of closed days are packed. config names the schema. It has the form of a background job's procedure. Procedures that commit set their path
-- themselves: this schema's objects, and nothing that others could have made.
CREATE OR REPLACE PROCEDURE close_days(job_id int, config jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    the_day date;
    days    date[];
BEGIN
    PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', pg_catalog.jsonb_extract_path_text(config, 'schema')), true);
    days := days_to_look_at();
    -- Days whose raw events a retention policy has dropped go as well.
    DELETE FROM event_blocks WHERE days IS NULL OR day < (SELECT min(d) FROM unnest(days) AS d);
    DELETE FROM event_properties WHERE days IS NULL OR day < (SELECT min(d) FROM unnest(days) AS d);
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
    FOR the_day IN SELECT days_to_pack() LOOP
        PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', pg_catalog.jsonb_extract_path_text(config, 'schema')), true),
            pg_catalog.set_config('plan_cache_mode', 'force_custom_plan', true);
        PERFORM FROM job_turns WHERE job = 'close_days' FOR UPDATE;
        IF EXISTS (SELECT FROM closed_days WHERE day = the_day AND NOT properties) THEN
            CALL pack_properties(the_day);
        END IF;
        COMMIT;
    END LOOP;
    PERFORM pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', pg_catalog.jsonb_extract_path_text(config, 'schema')), true);
    DELETE FROM closed_days c
    WHERE events = 0 AND day < (SELECT max(day) FROM closed_days) AND day <> ALL(days) AND NOT EXISTS (SELECT FROM late_days l WHERE l.day = c.day);
    COMMIT;
END
$$;
