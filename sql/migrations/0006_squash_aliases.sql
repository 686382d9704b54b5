-- Events that are stored under an alias move to its user now and then, so that the mapping which every analysis reads stays
-- short: mostly, it is empty.

-- When the alias's events were moved; NULL while there may be some under its own key. The row stays, for those to come: the
-- collector stores them as the user's.
ALTER TABLE user_aliases ADD COLUMN squashed_at timestamptz;

DROP INDEX user_aliases_alias_key;
CREATE INDEX user_aliases_alias_key ON user_aliases (alias_key) WHERE squashed_at IS NULL;

-- The events, each with the user that it counts for. They are stored, sorted and found by stored_key.
CREATE VIEW known_events AS
SELECT e.time, coalesce(a.user_id, e.user_id) AS user_id, coalesce(a.user_key, e.user_key) AS user_key, e.event_type, e.page_url,
       e.device_type, e.session_id, e.metadata, e.event_id, e.received_at, e.anonymous_id, e.sent_time, e.user_key AS stored_key
FROM user_events e
LEFT JOIN user_aliases a ON a.alias_key = e.user_key AND a.squashed_at IS NULL;

GRANT SELECT ON known_events TO footfall_reader;

-- Moves a day's events of the aliases with the given keys. A message that came both before its alias was known and after is
-- stored under both ids; it stays once.
CREATE PROCEDURE squash_day(the_day date, keys bigint[])
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
        DELETE FROM user_events
        WHERE event_type = copy.event_type AND user_key = copy.stored_key AND time = copy.time AND event_id = copy.event_id;
    END LOOP;

    UPDATE user_events e SET user_id = a.user_id, user_key = a.user_key, anonymous_id = coalesce(e.anonymous_id, e.user_id)
    FROM user_aliases a
    WHERE e.time >= day_start AND e.time < day_end AND e.user_key IN (SELECT unnest(keys))
        AND a.alias_key = e.user_key AND a.squashed_at IS NULL;
END
$$;

-- Moves the events of all aliases that are known for an hour (longer than any transaction of the collector takes: none that did
-- not know the alias is under way). Each day is moved in a transaction of its own, and answers are the same all the time: an
-- alias is left out of the mapping after its last day only. config names the schema. It has the form of a background job's
-- procedure.
CREATE PROCEDURE squash_aliases(job_id int, config jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    path    text := quote_ident(config->>'schema') || ', public';
    keys    bigint[];
    the_day date;
BEGIN
    PERFORM set_config('search_path', path, true);
    SELECT array_agg(alias_key) INTO keys FROM user_aliases WHERE squashed_at IS NULL AND joined_at < now() - INTERVAL '1 hour';
    IF keys IS NULL THEN
        RETURN;
    END IF;
    FOR the_day IN
        SELECT DISTINCT (time AT TIME ZONE 'UTC')::date FROM user_events WHERE user_key IN (SELECT unnest(keys)) ORDER BY 1
    LOOP
        -- Nested loops look cheap where the statistics of a compressed day say that it has no rows.
        PERFORM set_config('search_path', path, true), set_config('enable_nestloop', 'off', true),
            set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true),
            pg_advisory_xact_lock(hashtextextended('footfall squash ' || path, 0));
        CALL squash_day(the_day, keys);
        COMMIT;
    END LOOP;
    PERFORM set_config('search_path', path, true);
    -- First, as join_users does.
    UPDATE alias_changes SET changes = changes + 1;
    UPDATE user_aliases SET squashed_at = now() WHERE alias_key IN (SELECT unnest(keys)) AND squashed_at IS NULL;
    COMMIT;
END
$$;
