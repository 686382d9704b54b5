-- Who is who, and what was said when: known users are not joined, a join can be taken back, traits follow the time of what was said,
-- and who was forgotten stays so whatever clocks say. And what a transaction locks follows its own days, not all that there are.

-- Functions that run with their owner's rights look for names in a session's temporary tables last.
SELECT set_config('search_path', current_setting('search_path') || ', pg_temp', true);

-- Users who were named as such (userId, user_id), and not only as anonymous visitors; by the hash of the id. Events that arrive
-- meanwhile wait in the collectors.
LOCK TABLE user_events IN SHARE MODE;
CREATE TABLE known_users (
    user_key bigint PRIMARY KEY,
    -- A join of this id was taken back: it is never joined again by what events say.
    apart    boolean NOT NULL DEFAULT false
);
INSERT INTO known_users (user_key)
SELECT DISTINCT user_key FROM user_events WHERE user_key <> 0 AND anonymous_id IS DISTINCT FROM user_id;

-- The alias that an event came under, where that is not the user whom it is stored under; NULL also where the event was stored
-- before there was this column.
ALTER TABLE user_events ADD COLUMN alias text;

-- The user whom the alias was joined with, who may have become an alias later; NULL for joins before there was this column. And what the
-- alias's profile said that its events do not, NULL for nothing.
ALTER TABLE user_aliases ADD COLUMN joined_with text, ADD COLUMN profile jsonb;

-- When each of the traits was said, in microseconds since 1970. Of those that are known from before, that is not known: at the time of
-- the user's last event or earlier.
ALTER TABLE user_profiles ADD COLUMN traits_at jsonb NOT NULL DEFAULT '{}';
UPDATE user_profiles
SET traits_at = (SELECT jsonb_object_agg(name, (extract(epoch FROM least(coalesce(last_active, created_at), now())) * 1000000)::bigint)
    FROM jsonb_object_keys(traits) AS name)
WHERE traits <> '{}';

-- How many times somebody was forgotten; one row. A collector marks each event that it takes with the number that it knows: an event
-- with a lower one than its user's was taken before the user was forgotten, whatever clocks say. 0 is for those who were
-- forgotten before there was this number: for them, clocks decide.
CREATE TABLE forget_state (forgets bigint NOT NULL);
INSERT INTO forget_state VALUES (0);
ALTER TABLE forgotten_users ADD COLUMN forgets bigint NOT NULL DEFAULT 0;

-- Whether what was received, with the given mark, is from before its user was forgotten.
CREATE FUNCTION is_forgotten(the_key bigint, forgets bigint, received timestamptz) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (
    SELECT FROM forgotten_users f
    WHERE f.user_key = the_key AND (f.forgets > is_forgotten.forgets OR f.forgets = 0 AND f.forgotten_at > received));

-- Two sets of traits as one: of each name what was said last, of what was said at once what is greater as text. A profile has room
-- for the 512 names that were said last, and for 64 KiB of them; older ones are left out. Without the limit on bytes the result is
-- the same whatever comes first.
CREATE FUNCTION merge_traits(a jsonb, a_at jsonb, b jsonb, b_at jsonb, OUT traits jsonb, OUT traits_at jsonb)
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    WITH said AS (
        SELECT name, value, coalesce((a_at->>name)::bigint, 0) AS at FROM jsonb_each(a) AS t (name, value)
        UNION ALL
        SELECT name, value, coalesce((b_at->>name)::bigint, 0) FROM jsonb_each(b) AS t (name, value)
    ), last AS (
        SELECT DISTINCT ON (name) name, value, at FROM said ORDER BY name, at DESC, value::text COLLATE "C" DESC
    ), room AS (
        SELECT name, value, at, row_number() OVER latest AS names, sum(octet_length(name) + octet_length(value::text)) OVER latest AS bytes
        FROM last
        WINDOW latest AS (ORDER BY at DESC, name COLLATE "C" ROWS UNBOUNDED PRECEDING)
    )
    SELECT coalesce(jsonb_object_agg(name, value), '{}'), coalesce(jsonb_object_agg(name, at), '{}') FROM room WHERE names <= 512 AND bytes <= 65536;
END;

-- Stores what events say of their users in the profiles, once for each user, and returns how many traits there was no room for.
CREATE FUNCTION tell_traits(user_ids text[], told text[], times timestamptz[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
BEGIN ATOMIC
    WITH said AS (
        SELECT DISTINCT ON (user_id, name) coalesce(a.user_id, e.user_id) AS user_id, name, value, (extract(epoch FROM e.time) * 1000000)::bigint AS at
        FROM unnest(user_ids, told, times) AS e (user_id, traits, time)
        LEFT JOIN user_aliases a ON a.alias = e.user_id
        CROSS JOIN LATERAL jsonb_each(e.traits::jsonb) AS t (name, value)
        ORDER BY user_id, name, at DESC, value::text COLLATE "C" DESC
    ), told AS (
        SELECT user_id, (merge_traits('{}', '{}', jsonb_object_agg(name, value), jsonb_object_agg(name, at))).*
        FROM said
        GROUP BY user_id
    ), names AS (
        SELECT user_id, name FROM said
        UNION
        SELECT user_id, name FROM user_profiles CROSS JOIN LATERAL jsonb_object_keys(traits) AS name WHERE user_id IN (SELECT user_id FROM said)
    ), written AS (
        INSERT INTO user_profiles AS p (user_id, traits, traits_at)
        SELECT user_id, traits, traits_at FROM told ORDER BY user_id -- so that two collectors never wait for each other
        ON CONFLICT (user_id) DO UPDATE SET (traits, traits_at) =
            (SELECT m.traits, m.traits_at FROM merge_traits(p.traits, p.traits_at, excluded.traits, excluded.traits_at) AS m)
        RETURNING user_id, traits
    )
    SELECT count(*) FROM names JOIN written USING (user_id) WHERE NOT written.traits ? names.name;
END;

-- Makes an alias and a user the same, unless the alias is one already. The first user that an alias was joined with keeps it: on a device
-- that two people use, what happened before the first one signed in cannot be told apart any more, and what one of them did never
-- becomes the other's. A user who turns out to be another one brings its aliases along. What a user's ids have in common is one
-- profile: an alias has none of its own. Whoever calls it has locked alias_changes: two joins at once could make a circle.
CREATE FUNCTION join_alias(the_alias text, the_user text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    target text := coalesce((SELECT user_id FROM user_aliases WHERE alias = the_user), the_user);
    gone   user_profiles;
BEGIN
    IF target = the_alias OR EXISTS (SELECT FROM user_aliases WHERE alias = the_alias) THEN
        RETURN false;
    END IF;
    DELETE FROM user_profiles WHERE user_id = the_alias RETURNING * INTO gone;
    UPDATE user_aliases SET user_id = target WHERE user_id = the_alias;
    INSERT INTO user_aliases (alias, user_id, joined_with, profile)
    VALUES (the_alias, target, the_user, CASE WHEN gone.traits <> '{}' OR gone.tags <> '{}' OR gone.scores <> '{}' OR gone.segment IS NOT NULL OR gone.consent IS NOT NULL
        THEN jsonb_build_object('tags', gone.tags, 'segment', gone.segment, 'scores', gone.scores, 'consent', gone.consent,
            'traits', gone.traits, 'traits_at', gone.traits_at) END);
    INSERT INTO profile_changes (user_id) VALUES (target);
    IF gone.user_id IS NOT NULL THEN
        INSERT INTO user_profiles AS p (user_id, created_at, last_active, tags, segment, scores, consent, traits, traits_at)
        VALUES (target, gone.created_at, gone.last_active, gone.tags, gone.segment, gone.scores, gone.consent, gone.traits, gone.traits_at)
        ON CONFLICT (user_id) DO UPDATE SET created_at = least(p.created_at, excluded.created_at),
            last_active = greatest(p.last_active, excluded.last_active),
            tags = p.tags || ARRAY(SELECT unnest(excluded.tags) EXCEPT SELECT unnest(p.tags) ORDER BY 1),
            segment = coalesce(p.segment, excluded.segment), scores = excluded.scores || p.scores, consent = coalesce(p.consent, excluded.consent),
            (traits, traits_at) = (SELECT m.traits, m.traits_at FROM merge_traits(p.traits, p.traits_at, excluded.traits, excluded.traits_at) AS m);
    END IF;
    RETURN true;
END
$$;

-- Joins two ids by hand, whatever is known of them, and returns whether that changed anything.
DROP FUNCTION join_users(text, text, timestamptz);
CREATE FUNCTION join_users(the_alias text, the_user text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM FROM alias_changes FOR UPDATE;
    PERFORM pg_advisory_xact_lock_shared(hashtext('footfall profiles'), 'user_profiles'::regclass::oid::int);
    UPDATE known_users SET apart = false WHERE user_key = user_key_of(the_alias) AND apart;
    IF NOT join_alias(the_alias, the_user) THEN
        RETURN false;
    END IF;
    UPDATE alias_changes SET changes = changes + 1;
    RETURN true;
END
$$;

-- Joins ids as events say, in their order, and returns the places (from 1) of those that must not be: two users who are both known, unless
-- join_known says so, and ids whose join was taken back. Who was forgotten after that was received is not brought back.
CREATE FUNCTION join_told(aliases text[], user_ids text[], forgets bigint[], received_ats timestamptz[], join_known boolean) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    pair    record;
    joined  boolean := false;
    refused bigint[] := '{}';
BEGIN
    FOR pair IN
        SELECT p.alias, p.user_id, p.place, a.user_key IS NOT NULL AS alias_known, coalesce(a.apart, false) AS alias_apart, coalesce(u.apart, false) AS user_apart
        FROM unnest(aliases, user_ids, forgets, received_ats) WITH ORDINALITY AS p (alias, user_id, forgets, received, place)
        LEFT JOIN known_users a ON a.user_key = user_key_of(p.alias)
        LEFT JOIN known_users u ON u.user_key = user_key_of(p.user_id)
        WHERE NOT EXISTS (SELECT FROM user_aliases k WHERE k.alias = p.alias)
            AND NOT is_forgotten(user_key_of(p.alias), p.forgets, p.received) AND NOT is_forgotten(user_key_of(p.user_id), p.forgets, p.received)
        ORDER BY p.place
    LOOP
        IF NOT joined THEN
            PERFORM FROM alias_changes FOR UPDATE;
            PERFORM pg_advisory_xact_lock_shared(hashtext('footfall profiles'), 'user_profiles'::regclass::oid::int);
        END IF;
        IF pair.alias_apart OR pair.alias_known AND (pair.user_apart OR NOT join_known) THEN
            refused := refused || pair.place;
        ELSE
            joined := join_alias(pair.alias, pair.user_id) OR joined;
        END IF;
    END LOOP;
    IF joined THEN
        UPDATE alias_changes SET changes = changes + 1;
    END IF;
    RETURN refused;
END
$$;

-- Which of the given events, each with a user and a time under which it may be stored, are stored. Looks at one day after the other:
-- planning a statement locks every day that it might read.
CREATE FUNCTION stored_events(event_ids uuid[], event_types text[], user_keys bigint[], times timestamptz[]) RETURNS uuid[]
LANGUAGE plpgsql AS $$
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

-- The keys under which the events of an alias may be stored: its own, that of the user whom it was joined with, and so on.
CREATE FUNCTION keys_of_alias(the_alias text) RETURNS bigint[]
LANGUAGE sql STABLE
RETURN (
    WITH RECURSIVE ids AS (
        SELECT the_alias AS id
        UNION
        SELECT CASE WHEN a.joined_with IS NULL THEN a.user_id ELSE a.joined_with END FROM ids JOIN user_aliases a ON a.alias = ids.id
    ), others AS ( -- of a join that does not say with whom, all ids that the user has
        SELECT o.alias FROM ids JOIN user_aliases a ON a.alias = ids.id AND a.joined_with IS NULL JOIN user_aliases o ON o.user_id = a.user_id
    )
    SELECT array_agg(DISTINCT user_key_of(id)) FROM (SELECT id FROM ids UNION SELECT alias FROM others) AS all_ids);

-- Stores events, given as columns, and returns how many are new and which of the interesting ones are. user_events_once knows an
-- event that comes again by its user and time. Where either may have been another one the first time, it is looked for under
-- all of them; the first time that was chosen for an event holds; a client that says another time than before sends another
-- event. Days that were over are marked as changed, and users who are named as such are known from now on.
-- What was received of a user before the user was forgotten is left out.
DROP FUNCTION store_events(timestamptz[], text[], text[], text[], text[], text[], text[], uuid[], timestamptz[], text[], timestamptz[], bool[], uuid[]);
CREATE FUNCTION store_events(times timestamptz[], user_ids text[], event_types text[], page_urls text[], device_types text[],
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

-- Moves a day's events of the aliases with the given keys to their users. A message that came both before its alias was known and after
-- is stored under both ids; it stays once, and counts once. Deleted and stored again: TimescaleDB refuses to change the columns
-- by which compressed days are sorted.
CREATE OR REPLACE PROCEDURE squash_day(the_day date, keys bigint[])
LANGUAGE plpgsql AS $$
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

-- Closes every day that has been over for an hour (longer than any transaction of the collector takes), has events or got some late, and
-- is not closed yet, or out of date; each in a transaction of its own, so that a refresh costs what has changed. The last day
-- that is over is closed also without events, when all before it are: a day before it that closed_days and late_days do not
-- know has no events. config names the schema. It has the form of a background job's procedure.
CREATE OR REPLACE PROCEDURE close_days(job_id int, config jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    path    text := quote_ident(config->>'schema') || ', public';
    the_day date;
    days    date[]; -- those that events may be in
    last    date := ((now() - INTERVAL '25 hours') AT TIME ZONE 'UTC')::date;
BEGIN
    PERFORM set_config('search_path', path, true);
    SELECT array_agg(DISTINCT d::date) INTO days
    FROM timescaledb_information.chunks, generate_series(range_start AT TIME ZONE 'UTC', (range_end - INTERVAL '1 microsecond') AT TIME ZONE 'UTC', INTERVAL '1 day') AS d
    WHERE hypertable_schema = config->>'schema' AND hypertable_name = 'user_events';
    -- Days whose raw events a retention policy has dropped go as well.
    DELETE FROM event_blocks WHERE days IS NULL OR day < (SELECT min(d) FROM unnest(days) AS d);
    DELETE FROM quarter_counts WHERE days IS NULL OR day < (SELECT min(d) FROM unnest(days) AS d);
    DELETE FROM closed_days WHERE days IS NULL OR day < (SELECT min(d) FROM unnest(days) AS d);
    IF days IS NULL THEN
        RETURN;
    END IF;
    FOR the_day IN
        SELECT day
        FROM (SELECT unnest(days) AS day UNION SELECT day FROM late_days WHERE day >= (SELECT min(d) FROM unnest(days) AS d) UNION SELECT last) AS d
        LEFT JOIN closed_days c USING (day)
        LEFT JOIN late_days l USING (day)
        WHERE day <= last AND (c.day IS NULL OR c.changes <> coalesce(l.changes, 0))
        ORDER BY day
    LOOP
        -- A plan for any day would lock all of them.
        PERFORM set_config('search_path', path, true), set_config('plan_cache_mode', 'force_custom_plan', true);
        -- Another session may be at it, and will go on.
        EXIT WHEN NOT pg_try_advisory_xact_lock(hashtextextended('footfall close day ' || path || the_day, 0));
        CALL close_day(the_day);
        COMMIT;
    END LOOP;
    PERFORM set_config('search_path', path, true);
    DELETE FROM closed_days c
    WHERE events = 0 AND day < (SELECT max(day) FROM closed_days) AND day <> ALL(days) AND NOT EXISTS (SELECT FROM late_days l WHERE l.day = c.day);
    COMMIT;
END
$$;

REVOKE EXECUTE ON FUNCTION store_events, join_users, join_told, tell_traits FROM PUBLIC;
GRANT EXECUTE ON FUNCTION store_events, join_users, join_told, tell_traits TO footfall_writer;
GRANT SELECT ON forget_state TO footfall_writer;
