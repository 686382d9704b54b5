-- What stores events.

-- Says that the days of the times have changed, of those that are over. In order of days, so that two transactions never wait for each other.
CREATE OR REPLACE FUNCTION mark_late_days(times timestamptz[]) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO late_days AS l
    SELECT DISTINCT (t AT TIME ZONE 'UTC')::date, 1
    FROM unnest(times) AS t
    WHERE (t AT TIME ZONE 'UTC')::date < (now() AT TIME ZONE 'UTC')::date
    ORDER BY 1
    ON CONFLICT (day) DO UPDATE SET changes = l.changes + 1;
END;

-- Which of the given events, each with a user and a time under which it may be stored, are stored. Looks at one day after the other:
-- planning a statement locks every day that it might read.
CREATE OR REPLACE FUNCTION stored_events(event_ids uuid[], event_types text[], user_keys bigint[], times timestamptz[]) RETURNS uuid[]
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    day   record;
    those uuid[];
    found uuid[] := '{}';
BEGIN
    FOR day IN
        SELECT min(at) AS first, max(at) AS last, array_agg(id) AS ids, array_agg(type) AS types, array_agg(key) AS keys, array_agg(at) AS times
        FROM unnest(event_ids, event_types, user_keys, times) AS e (id, type, key, at)
        GROUP BY (at AT TIME ZONE 'UTC')::date
    LOOP
        EXECUTE 'SELECT array_agg(e.id) FROM unnest($1, $2, $3, $4) AS e (id, type, key, at) CROSS JOIN LATERAL (
                SELECT FROM user_events o WHERE o.event_type = e.type AND o.user_key = e.key AND o.time = e.at AND o.event_id = e.id
                    AND o.time >= $5 AND o.time <= $6 LIMIT 1) o'
        INTO those USING day.ids, day.types, day.keys, day.times, day.first, day.last;
        found := found || coalesce(those, '{}');
    END LOOP;
    RETURN found;
END
$$;

-- Makes room for events of long ago that come a few a day: a chunk for what is free of a month around them. To make a chunk, and to plan a
-- statement that may read it, costs as much as reading thousands of events. Whether there are few is known only of events of several days
-- that come together: many of a day also come in parts. Others come to a chunk of their day, which TimescaleDB makes.
CREATE OR REPLACE FUNCTION make_room(times timestamptz[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    events bigint;
    days   timestamp[];
    free   record;
BEGIN
    SELECT count(*), array_agg(DISTINCT date_trunc('day', t AT TIME ZONE 'UTC')) INTO events, days
    FROM unnest(times) AS t WHERE t < now() - INTERVAL '100 days';
    IF events = 0 OR cardinality(days) < 4 OR events >= 100 * cardinality(days) THEN
        RETURN;
    END IF;
    FOR free IN
        WITH chunks AS MATERIALIZED (
            SELECT range_start, range_end FROM timescaledb_information.chunks WHERE hypertable_schema = current_schema() AND hypertable_name = 'user_events'
        )
        SELECT DISTINCT since, until
        FROM unnest(days) AS day CROSS JOIN LATERAL (
            SELECT greatest(date_trunc('month', day) AT TIME ZONE 'UTC', max(range_end) FILTER (WHERE range_end <= day AT TIME ZONE 'UTC')) AS since,
                least((date_trunc('month', day) + INTERVAL '1 month') AT TIME ZONE 'UTC', min(range_start) FILTER (WHERE range_start > day AT TIME ZONE 'UTC')) AS until,
                bool_or(range_start <= day AT TIME ZONE 'UTC' AND range_end > day AT TIME ZONE 'UTC') AS taken
            FROM chunks
        ) around
        WHERE taken IS NOT TRUE
    LOOP
        BEGIN
            PERFORM _timescaledb_functions.create_chunk('user_events', jsonb_build_object('time', jsonb_build_array(
                (extract(epoch FROM free.since) * 1000000)::bigint, (extract(epoch FROM free.until) * 1000000)::bigint)));
        EXCEPTION WHEN others THEN
            NULL; -- Another session may have been faster. The events are stored in any case.
        END;
    END LOOP;
END
$$;

-- Stores events, given as columns, and returns how many are new and which of the interesting ones are. user_events_once knows an
-- event that comes again by its user and time. Where either may have been another one the first time, it is looked for under
-- all of them; the first time that was chosen for an event holds; a client that says another time than before sends another
-- event. Days that were over are marked as changed, and users who are named as such are known from now on.
-- What was received of a user before the user was forgotten is left out.
CREATE OR REPLACE FUNCTION store_events(times timestamptz[], user_ids text[], event_types text[], page_urls text[], device_types text[],
    session_ids text[], metadatas text[], event_ids uuid[], received_ats timestamptz[], anonymous_ids text[], sent_times timestamptz[],
    chosen bool[], forgets bigint[], interesting uuid[]) RETURNS TABLE (stored bigint, told uuid[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    today   timestamptz := date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    repeats uuid[];
    late    timestamptz[];
BEGIN
    IF true = ANY(chosen) THEN
        INSERT INTO chosen_times (event_id, time)
        SELECT e.id, e.t FROM unnest(event_ids, times, chosen) AS e (id, t, c) WHERE e.c ORDER BY e.id
        ON CONFLICT DO NOTHING;
    END IF;
    IF EXISTS (SELECT FROM user_aliases WHERE alias = ANY(user_ids)) OR EXISTS (SELECT FROM chosen_times WHERE event_id = ANY(event_ids)) THEN
        SELECT stored_events(array_agg(event_id), array_agg(event_type), array_agg(key), array_agg(time)) INTO repeats
        FROM (
            SELECT DISTINCT e.event_id, e.event_type, k.key, t.time
            FROM unnest(event_ids, event_types, user_ids, times, sent_times) AS e (event_id, event_type, user_id, time, sent_time)
            LEFT JOIN user_aliases a ON a.alias = e.user_id
            LEFT JOIN chosen_times c ON c.event_id = e.event_id
            CROSS JOIN LATERAL unnest(CASE WHEN a.alias IS NULL THEN ARRAY[user_key_of(e.user_id)] ELSE keys_of_alias(e.user_id) END) AS k (key)
            CROSS JOIN LATERAL unnest(ARRAY[c.time, e.time, e.sent_time]) AS t (time)
            WHERE (a.alias IS NOT NULL OR c.time IS NOT NULL) AND t.time IS NOT NULL
                -- user_events_once finds it there
                AND (k.key, t.time) IS DISTINCT FROM (coalesce(a.user_key, user_key_of(e.user_id)), coalesce(c.time, e.time))
        ) AS places;
    END IF;
    PERFORM make_room(times);
    WITH inserted AS (
        INSERT INTO user_events AS i (time, user_id, user_key, event_type, page_url, device_type, session_id, metadata, event_id,
            received_at, anonymous_id, sent_time, alias)
        SELECT coalesce(c.time, e.time), coalesce(a.user_id, e.user_id), coalesce(a.user_key, user_key_of(e.user_id)), e.event_type,
            nullif(e.page_url, ''), nullif(e.device_type, ''), nullif(e.session_id, ''), e.metadata::jsonb, e.event_id, e.received_at,
            CASE WHEN NOT EXISTS (
                SELECT FROM forgotten_users f WHERE f.user_key = user_key_of(e.anonymous_id) AND (f.forgets > e.forgets OR f.forgets = 0 AND f.forgotten_at > e.received_at)
            ) THEN coalesce(nullif(e.anonymous_id, ''), a.alias) END,
            e.sent_time, a.alias
        FROM unnest(times, user_ids, event_types, page_urls, device_types, session_ids, metadatas, event_ids, received_ats,
                anonymous_ids, sent_times, forgets)
            AS e (time, user_id, event_type, page_url, device_type, session_id, metadata, event_id, received_at, anonymous_id,
                sent_time, forgets)
        LEFT JOIN user_aliases a ON a.alias = e.user_id
        LEFT JOIN chosen_times c ON c.event_id = e.event_id
        WHERE (repeats IS NULL OR e.event_id <> ALL(repeats)) AND NOT EXISTS ( -- as is_forgotten, which would be called for each row
            SELECT FROM forgotten_users f WHERE f.user_key = user_key_of(e.user_id) AND (f.forgets > e.forgets OR f.forgets = 0 AND f.forgotten_at > e.received_at))
        ORDER BY e.event_type, user_key_of(e.user_id), e.time -- as user_events_once, whose pages are then looked for once
        ON CONFLICT DO NOTHING
        RETURNING i.event_id, coalesce(hashtextextended(i.session_id, 0), 0) AS session_key, i.time, i.event_type = 'click' AS click, i.user_id,
            i.user_key, i.anonymous_id IS DISTINCT FROM i.user_id AS named, category_of(i.metadata) AS category
    ), changes AS (
        INSERT INTO profile_changes (session_key, time, click, user_id, category)
        SELECT session_key, time, click, user_id, category FROM inserted
    ), known AS (
        INSERT INTO known_users (user_key)
        SELECT user_key
        FROM (SELECT DISTINCT user_key FROM inserted WHERE named) AS u
        WHERE (SELECT k.user_key FROM known_users k WHERE k.user_key = u.user_key) IS NULL -- looks them up one by one, however many are known
        ORDER BY 1
        ON CONFLICT DO NOTHING
    )
    SELECT count(*), array_agg(event_id) FILTER (WHERE event_id = ANY(interesting)), array_agg(time) FILTER (WHERE time < today)
    INTO stored, told, late FROM inserted;
    IF late IS NOT NULL THEN
        PERFORM mark_late_days(late);
    END IF;
    RETURN NEXT;
END
$$;
