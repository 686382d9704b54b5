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
-- other's. A user who turns out to be another one brings its aliases along.
CREATE FUNCTION join_users(the_alias text, the_user text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    target text;
BEGIN
    IF EXISTS (SELECT FROM user_aliases WHERE alias = the_alias) THEN
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

-- To tell a second arrival; the rest of an event stays out of the collector's sight.
GRANT SELECT (time, event_type, user_key, event_id) ON user_events TO footfall_writer;
GRANT SELECT, INSERT ON chosen_times TO footfall_writer;
GRANT INSERT ON rejected_events TO footfall_writer;
GRANT SELECT, INSERT, UPDATE ON user_aliases TO footfall_writer;
GRANT SELECT, UPDATE ON alias_changes TO footfall_writer;
GRANT SELECT ON forgotten_users, write_keys TO footfall_writer;
GRANT SELECT ON user_aliases, alias_changes TO footfall_reader;
