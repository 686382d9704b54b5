-- What is over is read again and again and hardly ever changes. A day that is over is closed: its events are packed, in the
-- order in which analyses follow users, so that a question about many days reads a few large values instead of many rows.

-- Days (UTC) that got events after they were over, and how often. Whoever writes events says so in the same transaction, so
-- that what was computed of such a day is known to be out of date from the moment its new event can be seen.
CREATE TABLE late_days (
    day     date PRIMARY KEY,
    changes bigint NOT NULL
);

-- In order of days, so that two transactions never wait for each other.
CREATE FUNCTION mark_late_days(times timestamptz[]) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO late_days AS l
    SELECT DISTINCT (t AT TIME ZONE 'UTC')::date, 1
    FROM unnest(times) AS t
    WHERE (t AT TIME ZONE 'UTC')::date < (now() AT TIME ZONE 'UTC')::date
    ORDER BY 1
    ON CONFLICT (day) DO UPDATE SET changes = l.changes + 1;
END;

-- A closed day, its events (those without a user too), and what late_days said when it was packed: a day whose number of
-- changes has grown since is not closed any more, until it is packed again.
CREATE TABLE closed_days (
    day       date PRIMARY KEY,
    changes   bigint NOT NULL,
    events    bigint NOT NULL,
    closed_at timestamptz NOT NULL DEFAULT now()
);

-- The users' events of one type on one closed day, ordered by user_key and time: two arrays of 64-bit numbers, most significant
-- byte first (times are microseconds since 2000-01-01 UTC). slices[s + 1] events come before slice s of 128, which is the users
-- whose key has the upper seven bits s - 64.
CREATE TABLE event_blocks (
    day        date NOT NULL,
    event_type text NOT NULL,
    slices     int[] NOT NULL,
    user_keys  bytea NOT NULL,
    times      bytea NOT NULL,
    PRIMARY KEY (day, event_type)
);

-- Hashes do not compress, and parts of values that are stored as they are can be read by themselves.
ALTER TABLE event_blocks ALTER user_keys SET STORAGE EXTERNAL, ALTER times SET STORAGE EXTERNAL;

-- The events of one type in each of the 96 quarter hours of a closed day, those without a user too.
CREATE TABLE quarter_counts (
    day        date NOT NULL,
    event_type text NOT NULL,
    events     int[] NOT NULL,
    PRIMARY KEY (day, event_type)
);

-- Packs one day. Late events that arrive meanwhile are in the packed day or leave it out of date, never neither: changes is
-- read first, by a statement of its own.
CREATE PROCEDURE close_day(the_day date)
LANGUAGE plpgsql AS $$
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

    WITH events AS MATERIALIZED (
        SELECT event_type, user_key, time FROM user_events WHERE time >= day_start AND time < day_end AND user_key <> 0
    ), counts AS (
        SELECT event_type, (user_key >> 57) + 64 AS slice, count(*) AS n FROM events GROUP BY 1, 2
    ), before AS (
        SELECT event_type, slice, sum(coalesce(n, 0)) OVER (PARTITION BY event_type ORDER BY slice) - coalesce(n, 0) AS n
        FROM (SELECT DISTINCT event_type FROM counts) types
        CROSS JOIN generate_series(0, 128) AS slice
        LEFT JOIN counts USING (event_type, slice)
    )
    INSERT INTO event_blocks (day, event_type, slices, user_keys, times)
    SELECT the_day, event_type,
        (SELECT array_agg(n::int ORDER BY slice) FROM before WHERE before.event_type = events.event_type),
        string_agg(int8send(user_key), '' ORDER BY user_key, time),
        string_agg(timestamptz_send(time), '' ORDER BY user_key, time)
    FROM events
    GROUP BY event_type;

    INSERT INTO quarter_counts (day, event_type, events)
    SELECT the_day, event_type, array_agg(coalesce(n, 0)::int ORDER BY quarter)
    FROM (
        SELECT event_type, floor(extract(epoch FROM time - day_start) / 900)::int AS quarter, count(*) AS n
        FROM user_events WHERE time >= day_start AND time < day_end
        GROUP BY 1, 2
    ) counts
    RIGHT JOIN (
        (SELECT DISTINCT event_type FROM user_events WHERE time >= day_start AND time < day_end) types
        CROSS JOIN generate_series(0, 95) AS quarter
    ) USING (event_type, quarter)
    GROUP BY event_type;

    UPDATE closed_days SET events = (SELECT sum(n) FROM quarter_counts q, unnest(q.events) AS n WHERE q.day = the_day)
    WHERE day = the_day;
END
$$;

-- Closes every day that has been over for an hour (longer than any transaction of the collector takes) and is not closed yet,
-- or out of date; each in a transaction of its own, so that a refresh costs what has changed. config names the schema. It
-- has the form of a background job's procedure.
CREATE PROCEDURE close_days(job_id int, config jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    path    text := quote_ident(config->>'schema') || ', public';
    the_day date;
    oldest  date;
BEGIN
    PERFORM set_config('search_path', path, true);
    -- Days whose raw events a retention policy has dropped go as well.
    SELECT (min(time) AT TIME ZONE 'UTC')::date INTO oldest FROM user_events;
    DELETE FROM event_blocks WHERE day < oldest OR oldest IS NULL;
    DELETE FROM quarter_counts WHERE day < oldest OR oldest IS NULL;
    DELETE FROM closed_days WHERE day < oldest OR oldest IS NULL;
    IF oldest IS NULL THEN
        RETURN;
    END IF;
    FOR the_day IN
        SELECT d::date
        FROM generate_series(greatest(oldest, date '2000-01-01'), (now() - INTERVAL '25 hours') AT TIME ZONE 'UTC', INTERVAL '1 day') AS d
        LEFT JOIN closed_days c ON c.day = d::date
        LEFT JOIN late_days l ON l.day = d::date
        WHERE c.day IS NULL OR c.changes <> coalesce(l.changes, 0)
        ORDER BY d
    LOOP
        PERFORM set_config('search_path', path, true);
        -- Another session may be at it.
        IF pg_try_advisory_xact_lock(hashtextextended('footfall close day ' || path || the_day, 0)) THEN
            CALL close_day(the_day);
        END IF;
        COMMIT;
    END LOOP;
END
$$;

GRANT SELECT, INSERT, UPDATE ON late_days TO footfall_writer;
GRANT SELECT ON late_days, closed_days, event_blocks, quarter_counts TO footfall_reader;

-- Closed days know better what each user did on each day.
DROP MATERIALIZED VIEW user_activity_daily;
