-- Profiles follow the events: whoever stores events says in the same transaction what they add, and a job takes these changes
-- into the profiles, each once. So every stored event counts once, whenever it comes, and storing costs little more.

ALTER TABLE user_profiles ADD COLUMN total_events bigint NOT NULL DEFAULT 0;

-- What metadata says of an event's category. A text that no index could hold is none.
CREATE FUNCTION category_of(metadata jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(metadata->'category') IN ('string', 'number') AND octet_length(metadata->>'category') BETWEEN 1 AND 200
    THEN metadata->>'category' END;

-- The events that were stored and are not yet in the tables below. Adding up is all that is done with them, so their order does not
-- matter. A row of a user alone means that the profile is to be made again.
CREATE TABLE profile_changes (
    session_key bigint,
    time        timestamptz,
    click       boolean,
    user_id     text NOT NULL,
    category    text,
    -- The event is gone again.
    removed     boolean
);

-- What is known of each session, by the id that its events are stored under or were before they were squashed. session_key is
-- hashed as users are: 0 for the events without a session.
CREATE TABLE user_sessions (
    user_key    bigint NOT NULL,
    session_key bigint NOT NULL,
    events      bigint NOT NULL,
    clicks      bigint NOT NULL,
    first_time  timestamptz NOT NULL,
    last_time   timestamptz NOT NULL,
    PRIMARY KEY (user_key, session_key)
);

CREATE TABLE user_categories (
    user_key bigint NOT NULL,
    category text NOT NULL COLLATE "C",
    events   bigint NOT NULL,
    PRIMARY KEY (user_key, category)
);

-- Whether everything is to be counted again from the events themselves: one row. Who changes the two tables above locks it first.
CREATE TABLE profile_state (recount boolean NOT NULL);
INSERT INTO profile_state SELECT EXISTS (SELECT FROM user_events);

-- For events that were added, corrected or deleted by other means than store_events.
CREATE FUNCTION recount_profiles() RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    UPDATE profile_state SET recount = true;
END;

-- Writers of profiles let the job that changes many of them pass, before they have locked any: neither waits for the other in the
-- middle.
CREATE FUNCTION take_turns() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('footfall profiles'), TG_RELID::int);
    RETURN NULL;
END
$$;
CREATE TRIGGER take_turns BEFORE INSERT OR UPDATE OR DELETE ON user_profiles FOR EACH STATEMENT EXECUTE FUNCTION take_turns();

-- Begins anew with what is in user_events. Nothing may be stored meanwhile: it would be counted twice, or never.
CREATE PROCEDURE recount_events()
LANGUAGE plpgsql AS $$
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
CREATE PROCEDURE make_profiles(ids text[])
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
CREATE PROCEDURE take_profile_changes(first_place tid, end_place tid)
LANGUAGE plpgsql AS $$
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
        PERFORM pg_advisory_xact_lock(hashtext('footfall profiles'), 'user_profiles'::regclass::oid::int);
        CALL make_profiles(ids);
    END IF;
END
$$;

-- Takes everything that was stored before into the profiles, some tens of thousands of changes in each transaction. config names
-- the schema. It has the form of a background job's procedure.
CREATE PROCEDURE refresh_profiles(job_id int, config jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    path  text := quote_ident(config->>'schema') || ', public';
    pages bigint;
    step  CONSTANT int := 500;
BEGIN
    PERFORM set_config('search_path', path, true);
    IF (SELECT recount FROM profile_state FOR UPDATE) THEN
        CALL recount_events();
    END IF;
    COMMIT;
    PERFORM set_config('search_path', path, true);
    pages := pg_relation_size('profile_changes') / current_setting('block_size')::int;
    FOR page IN 0..pages BY step LOOP
        PERFORM set_config('search_path', path, true);
        CALL take_profile_changes(format('(%s,0)', page)::tid, format('(%s,0)', page + step)::tid);
        COMMIT;
    END LOOP;
END
$$;

-- What a user's ids have in common is one profile: an alias has none of its own.
CREATE OR REPLACE FUNCTION join_users(the_alias text, the_user text, received timestamptz DEFAULT now()) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    target text;
BEGIN
    IF EXISTS (SELECT FROM user_aliases WHERE alias = the_alias)
        OR EXISTS (SELECT FROM forgotten_users f WHERE f.user_key IN (user_key_of(the_alias), user_key_of(the_user)) AND f.forgotten_at > received)
    THEN
        RETURN;
    END IF;
    -- One at a time: two joins at once could make a circle.
    PERFORM FROM alias_changes FOR UPDATE;
    PERFORM pg_advisory_xact_lock_shared(hashtext('footfall profiles'), 'user_profiles'::regclass::oid::int);
    target := coalesce((SELECT user_id FROM user_aliases WHERE alias = the_user), the_user);
    IF target = the_alias OR EXISTS (SELECT FROM user_aliases WHERE alias = the_alias) THEN
        RETURN;
    END IF;
    UPDATE user_aliases SET user_id = target WHERE user_id = the_alias;
    INSERT INTO user_aliases (alias, user_id) VALUES (the_alias, target);
    UPDATE alias_changes SET changes = changes + 1;
    INSERT INTO profile_changes (user_id) VALUES (target);
    WITH gone AS (DELETE FROM user_profiles WHERE user_id = the_alias RETURNING *)
    INSERT INTO user_profiles AS p (user_id, created_at, last_active, tags, segment, scores, consent, traits)
    SELECT target, created_at, last_active, tags, segment, scores, consent, traits FROM gone
    ON CONFLICT (user_id) DO UPDATE SET created_at = least(p.created_at, excluded.created_at),
        last_active = greatest(p.last_active, excluded.last_active),
        tags = p.tags || ARRAY(SELECT unnest(excluded.tags) EXCEPT SELECT unnest(p.tags) ORDER BY 1),
        segment = coalesce(p.segment, excluded.segment), scores = excluded.scores || p.scores,
        consent = coalesce(p.consent, excluded.consent), traits = excluded.traits || p.traits;
END
$$;

-- As before, and what is new goes to profile_changes.
CREATE OR REPLACE FUNCTION store_events(times timestamptz[], user_ids text[], event_types text[], page_urls text[], device_types text[],
    session_ids text[], metadatas text[], event_ids uuid[], received_ats timestamptz[], anonymous_ids text[], sent_times timestamptz[],
    chosen bool[], interesting uuid[]) RETURNS TABLE (stored bigint, told uuid[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF true = ANY(chosen) THEN
        INSERT INTO chosen_times (event_id, time)
        SELECT e.id, e.t FROM unnest(event_ids, times, chosen) AS e (id, t, c) WHERE e.c
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN QUERY
    WITH inserted AS (
        INSERT INTO user_events AS i (time, user_id, user_key, event_type, page_url, device_type, session_id, metadata, event_id,
            received_at, anonymous_id, sent_time)
        SELECT coalesce(c.time, e.time), coalesce(a.user_id, e.user_id), coalesce(a.user_key, user_key_of(e.user_id)), e.event_type,
            nullif(e.page_url, ''), nullif(e.device_type, ''), nullif(e.session_id, ''), e.metadata::jsonb, e.event_id,
            e.received_at, CASE WHEN EXISTS (
                SELECT FROM forgotten_users f WHERE f.user_key = user_key_of(e.anonymous_id) AND f.forgotten_at > e.received_at
            ) THEN NULL ELSE coalesce(nullif(e.anonymous_id, ''), a.alias) END, e.sent_time
        FROM unnest(times, user_ids, event_types, page_urls, device_types, session_ids, metadatas, event_ids, received_ats,
                anonymous_ids, sent_times)
            AS e (time, user_id, event_type, page_url, device_type, session_id, metadata, event_id, received_at, anonymous_id,
                sent_time)
        LEFT JOIN user_aliases a ON a.alias = e.user_id
        LEFT JOIN chosen_times c ON c.event_id = e.event_id
        WHERE NOT EXISTS (
                SELECT FROM forgotten_users f WHERE f.user_key = user_key_of(e.user_id) AND f.forgotten_at > e.received_at)
            AND NOT ((a.alias IS NOT NULL OR c.time IS NOT NULL) AND EXISTS (
                SELECT FROM user_events o WHERE o.event_type = e.event_type AND o.event_id = e.event_id
                    AND o.user_key = ANY (ARRAY(SELECT s.alias_key FROM user_aliases s WHERE s.user_id = a.user_id)
                        || a.user_key || user_key_of(e.user_id))
                    AND o.time IN (c.time, e.time, e.sent_time)))
        ORDER BY e.event_type, user_key_of(e.user_id), e.time -- as user_events_once, whose pages are then looked for once
        ON CONFLICT DO NOTHING
        RETURNING i.event_id, coalesce(hashtextextended(i.session_id, 0), 0) AS session_key, i.time, i.event_type = 'click' AS click, i.user_id,
            category_of(i.metadata) AS category
    ), changes AS (
        INSERT INTO profile_changes (session_key, time, click, user_id, category)
        SELECT session_key, time, click, user_id, category FROM inserted
    )
    SELECT count(*), array_agg(event_id) FILTER (WHERE event_id = ANY(interesting)) FROM inserted;
END
$$;

-- As before, and a message that stays once counts once.
CREATE OR REPLACE PROCEDURE squash_day(the_day date, keys bigint[])
LANGUAGE plpgsql AS $$
DECLARE
    day_start timestamptz := the_day::timestamp AT TIME ZONE 'UTC';
    day_end   timestamptz := day_start + INTERVAL '24 hours';
    copy      record;
BEGIN
    -- Changes what was packed and kept of the day, from the moment that the moved events can be seen.
    PERFORM mark_late_days(ARRAY[day_start]);

    -- Rare, and each is found by what the columnstore is sorted by.
    FOR copy IN
        SELECT event_type, stored_key, time, event_id
        FROM (
            SELECT event_type, stored_key, time, event_id,
                row_number() OVER (PARTITION BY user_key, event_type, time, event_id ORDER BY stored_key <> user_key, stored_key) AS place
            FROM known_events
            WHERE time >= day_start AND time < day_end
                AND user_key IN (SELECT user_key FROM user_aliases WHERE alias_key IN (SELECT unnest(keys)))
        ) arrivals
        WHERE place > 1
    LOOP
        WITH gone AS (
            DELETE FROM user_events
            WHERE event_type = copy.event_type AND user_key = copy.stored_key AND time = copy.time AND event_id = copy.event_id
            RETURNING *
        )
        INSERT INTO profile_changes (session_key, time, click, user_id, category, removed)
        SELECT coalesce(hashtextextended(session_id, 0), 0), time, event_type = 'click', user_id, category_of(metadata), true
        FROM gone;
    END LOOP;

    UPDATE user_events e SET user_id = a.user_id, user_key = a.user_key, anonymous_id = coalesce(e.anonymous_id, e.user_id)
    FROM user_aliases a
    WHERE e.time >= day_start AND e.time < day_end AND e.user_key IN (SELECT unnest(keys))
        AND a.alias_key = e.user_key AND a.squashed_at IS NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION join_users FROM PUBLIC;
GRANT EXECUTE ON FUNCTION join_users TO footfall_writer;
