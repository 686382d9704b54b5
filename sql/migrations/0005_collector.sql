-- What the collector needs to take events exactly once, to know who is who, and to let go of people.

-- What the client said where the collector chose or corrected an event's time.
ALTER TABLE user_events ADD COLUMN sent_time timestamptz;

-- The times of events whose time is the collector's: a second arrival would be given another one, and user_events_once would
-- not know it. The first arrival's time holds.
CREATE TABLE chosen_times (
    event_id uuid PRIMARY KEY,
    time     timestamptz NOT NULL
);

-- Events that the database could not hold, each with the reason; collector replay tries them again.
CREATE TABLE rejected_events (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rejected_at timestamptz NOT NULL DEFAULT now(),
    event_id    uuid NOT NULL UNIQUE,
    user_id     text NOT NULL,
    reason      text NOT NULL,
    -- In the collector's binary form, as it lay in the queue.
    record      bytea NOT NULL
);

-- Ids that mean the same user: the events of alias count as those of user_id. No user_id is itself an alias, so one look is
-- enough. The collector writes it; every analysis reads it.
CREATE TABLE user_aliases (
    alias      text PRIMARY KEY,
    alias_key  bigint GENERATED ALWAYS AS (user_key_of(alias)) STORED,
    user_id    text NOT NULL CHECK (user_id <> alias),
    user_key   bigint GENERATED ALWAYS AS (user_key_of(user_id)) STORED,
    joined_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX user_aliases_alias_key ON user_aliases (alias_key);
CREATE INDEX user_aliases_user_id ON user_aliases (user_id);

-- How often user_aliases has changed: what was computed with another number is out of date. One row.
CREATE TABLE alias_changes (changes bigint NOT NULL);
INSERT INTO alias_changes VALUES (0);

-- Makes an alias and a user the same. The first user that an alias was joined with keeps it: on a device that two people use,
-- what happened before the first one signed in cannot be told apart any more, and what one of them did never becomes the
-- other's. A user who turns out to be another one brings its aliases along. Who was forgotten after that was received is not
-- brought back.
CREATE FUNCTION join_users(the_alias text, the_user text, received timestamptz DEFAULT now()) RETURNS void
LANGUAGE plpgsql AS $$
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
    target := coalesce((SELECT user_id FROM user_aliases WHERE alias = the_user), the_user);
    IF target = the_alias OR EXISTS (SELECT FROM user_aliases WHERE alias = the_alias) THEN
        RETURN;
    END IF;
    UPDATE user_aliases SET user_id = target WHERE user_id = the_alias;
    INSERT INTO user_aliases (alias, user_id) VALUES (the_alias, target);
    UPDATE alias_changes SET changes = changes + 1;
    INSERT INTO user_profiles AS p (user_id, created_at, last_active, traits)
    SELECT target, created_at, last_active, traits FROM user_profiles WHERE user_id = the_alias
    ON CONFLICT (user_id) DO UPDATE SET created_at = least(p.created_at, excluded.created_at),
        last_active = greatest(p.last_active, excluded.last_active), traits = excluded.traits || p.traits;
END
$$;

-- Users who asked to be forgotten: what was received before is not written any more, wherever it waited. Only the hash is kept.
CREATE TABLE forgotten_users (
    user_key     bigint PRIMARY KEY,
    forgotten_at timestamptz NOT NULL DEFAULT now()
);

-- Keys of senders. The key itself is known to its owner only.
CREATE TABLE write_keys (
    name            text PRIMARY KEY,
    key_hash        bytea NOT NULL UNIQUE,
    allowed_origins text[] NOT NULL DEFAULT '{}',
    -- Events a second, on average; NULL for no limit.
    rate_limit      int CHECK (rate_limit > 0),
    enabled         boolean NOT NULL DEFAULT true,
    created_at      timestamptz NOT NULL DEFAULT now()
);

-- Stores events, given as columns, and returns how many are new and which of the interesting ones are. user_events_once knows an
-- event that comes again by its user and time. Where either may have been another one the first time, it is looked for under
-- all of them; the first time that was chosen for an event holds; a client that says another time than before sends another
-- event.
-- What was received of a user before the user was forgotten is left out.
CREATE FUNCTION store_events(times timestamptz[], user_ids text[], event_types text[], page_urls text[], device_types text[],
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
        RETURNING i.event_id
    )
    SELECT count(*), array_agg(event_id) FILTER (WHERE event_id = ANY(interesting)) FROM inserted;
END
$$;

-- The collector stores events by this function alone: it knows a second arrival without the right to read events.
REVOKE INSERT ON user_events FROM footfall_writer;
REVOKE EXECUTE ON FUNCTION store_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION store_events TO footfall_writer;
GRANT INSERT ON rejected_events TO footfall_writer;
GRANT SELECT, INSERT, UPDATE ON user_aliases TO footfall_writer;
GRANT SELECT, UPDATE ON alias_changes TO footfall_writer;
GRANT SELECT ON write_keys, forgotten_users TO footfall_writer;
GRANT SELECT ON user_aliases, alias_changes TO footfall_reader;
