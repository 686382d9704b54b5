-- Profiles follow the events.

-- What metadata says of an event's category. A text that no index could hold is none.
CREATE OR REPLACE FUNCTION category_of(metadata jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(metadata->'category') IN ('string', 'number') AND octet_length(metadata->>'category') BETWEEN 1 AND 200
    THEN metadata->>'category' END;

-- The trigger of user_profiles: whoever writes single profiles lets the job that changes many of them pass before it has locked any, so
-- that neither waits for the other in the middle.
CREATE OR REPLACE FUNCTION take_turns() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    LOCK TABLE profile_turns IN ROW SHARE MODE;
    RETURN NULL;
END
$$;

-- For events that were added, corrected or deleted by other means than store_events.
CREATE OR REPLACE FUNCTION recount_profiles() RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    UPDATE profile_state SET recount = true;
END;

-- Begins anew with what is in user_events. Nothing may be stored meanwhile: it would be counted twice, or never.
CREATE OR REPLACE PROCEDURE recount_events()
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    LOCK TABLE user_events IN SHARE MODE;
    DELETE FROM profile_changes;
    TRUNCATE user_sessions, user_categories;
    -- In order of users, so that few profiles are made of halves for a moment.
    INSERT INTO profile_changes (session_key, time, click, user_id, category)
    SELECT coalesce(hashtextextended(session_id, 0), 0), time, event_type = 'click', user_id, category_of(metadata)
    FROM user_events
    WHERE user_id IS NOT NULL
    ORDER BY user_id;
    UPDATE profile_state SET recount = false;
END
$$;

-- Makes the profiles of the users whom the ids mean from what is known of all their ids. Where nothing is known, a profile stays
-- as it is.
CREATE OR REPLACE PROCEDURE make_profiles(ids text[])
LANGUAGE sql
BEGIN ATOMIC
    WITH users AS (
        SELECT DISTINCT coalesce(a.user_id, id) AS user_id FROM unnest(ids) AS id LEFT JOIN user_aliases a ON a.alias = id
    ), keys AS (
        SELECT user_id, user_key_of(user_id) AS user_key FROM users
        UNION
        SELECT user_id, alias_key FROM users JOIN user_aliases USING (user_id)
    ), sessions AS (
        SELECT user_id, session_key, sum(events) AS events, sum(clicks) AS clicks, min(first_time) AS first_time, max(last_time) AS last_time
        FROM keys JOIN user_sessions USING (user_key)
        GROUP BY 1, 2
    ), totals AS (
        SELECT user_id, min(first_time) AS first_time, max(last_time) AS last_time, sum(events) AS events, sum(clicks) AS clicks,
            avg(extract(epoch FROM last_time - first_time)) FILTER (WHERE session_key <> 0) * INTERVAL '1 second' AS session_duration
        FROM sessions
        GROUP BY 1
    ), categories AS (
        SELECT user_id, category, row_number() OVER (PARTITION BY user_id ORDER BY sum(events) DESC, category) AS place
        FROM keys JOIN user_categories USING (user_key)
        GROUP BY 1, 2
        HAVING sum(events) > 0
    ), favorites AS (
        SELECT user_id, array_agg(category ORDER BY place) AS names FROM categories WHERE place <= 5 GROUP BY 1
    )
    INSERT INTO user_profiles (user_id, created_at, last_active, total_events, total_clicks, avg_session_duration, favorite_categories)
    SELECT user_id, first_time, last_time, events, clicks, session_duration, coalesce(names, '{}')
    FROM totals LEFT JOIN favorites USING (user_id)
    ON CONFLICT (user_id) DO UPDATE SET created_at = excluded.created_at, last_active = excluded.last_active,
        total_events = excluded.total_events, total_clicks = excluded.total_clicks,
        avg_session_duration = excluded.avg_session_duration, favorite_categories = excluded.favorite_categories;
END;

-- Takes the changes between two places of the table into the profiles. What is committed meanwhile stays for the next time.
CREATE OR REPLACE PROCEDURE take_profile_changes(first_place tid, end_place tid)
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    ids text[];
BEGIN
    PERFORM FROM profile_state FOR UPDATE;
    WITH taken AS (
        DELETE FROM profile_changes WHERE ctid >= first_place AND ctid < end_place RETURNING *, CASE WHEN removed THEN -1 ELSE 1 END AS sign
    ), sessions AS (
        INSERT INTO user_sessions AS s (user_key, session_key, events, clicks, first_time, last_time)
        SELECT user_key_of(user_id), session_key, sum(sign), coalesce(sum(sign) FILTER (WHERE click), 0), min(time), max(time)
        FROM taken
        WHERE session_key IS NOT NULL
        GROUP BY 1, 2
        ORDER BY 1, 2
        ON CONFLICT (user_key, session_key) DO UPDATE SET events = s.events + excluded.events, clicks = s.clicks + excluded.clicks,
            first_time = least(s.first_time, excluded.first_time), last_time = greatest(s.last_time, excluded.last_time)
    ), categories AS (
        INSERT INTO user_categories AS c (user_key, category, events)
        SELECT user_key_of(user_id), category, sum(sign)
        FROM taken
        WHERE category IS NOT NULL
        GROUP BY 1, 2
        ORDER BY 1, 2
        ON CONFLICT (user_key, category) DO UPDATE SET events = c.events + excluded.events
    )
    SELECT array_agg(DISTINCT user_id) INTO ids FROM taken;
    IF ids IS NOT NULL THEN
        LOCK TABLE profile_turns IN EXCLUSIVE MODE;
        CALL make_profiles(ids);
    END IF;
END
$$;

-- Takes everything that was stored before into the profiles, some tens of thousands of changes in each transaction. config names
-- the schema. It has the form of a background job's procedure, and sets its path as close_days does.
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
