-- The events, one row each, and the people behind them.

-- Sorting, grouping and joining on a number instead of a text is what makes user-level questions fast. With a 64-bit hash,
-- the odds that any two of a million users share a key are about 1 in 37 million. Events without a user have the key 0.
CREATE FUNCTION user_key_of(user_id text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(hashtextextended(user_id, 0), 0);

CREATE TABLE user_events (
    time         timestamptz NOT NULL,
    user_id      text,
    -- Not a generated column: TimescaleDB 2.17 checks unique indexes of compressed days before it is computed.
    user_key     bigint NOT NULL CHECK (user_key = user_key_of(user_id)),
    event_type   text NOT NULL,
    page_url     text,
    device_type  text,
    session_id   text,
    metadata     jsonb NOT NULL DEFAULT '{}',
    event_id     uuid NOT NULL,
    received_at  timestamptz NOT NULL DEFAULT now(),
    anonymous_id text
);

-- A day is what a panel's range is made of, what a late event touches and what retention drops. Users are not
-- hash-partitioned on top of it: see docs/schema.md.
SELECT create_hypertable('user_events', by_range('time', INTERVAL '1 day'));

-- A second arrival of the same message changes nothing. The columns before event_id are those that the columnstore segments
-- and sorts by: they lead a late event to the few compressed rows that it could repeat, instead of to all of its day.
CREATE UNIQUE INDEX user_events_once ON user_events (event_type, user_key, time, event_id);

-- The columnstore keeps the events of one type together, in the order in which funnels and cohorts read them.
ALTER TABLE user_events SET (
    timescaledb.compress,
    timescaledb.compress_segmentby = 'event_type',
    timescaledb.compress_orderby = 'user_key, time'
);

CREATE TABLE user_profiles (
    user_id              text PRIMARY KEY,
    user_key             bigint GENERATED ALWAYS AS (user_key_of(user_id)) STORED,
    created_at           timestamptz NOT NULL DEFAULT now(),
    last_active          timestamptz,
    total_clicks         bigint NOT NULL DEFAULT 0,
    avg_session_duration interval,
    favorite_categories  text[] NOT NULL DEFAULT '{}',
    tags                 text[] NOT NULL DEFAULT '{}',
    segment              text,
    scores               jsonb NOT NULL DEFAULT '{}',
    consent              boolean,
    traits               jsonb NOT NULL DEFAULT '{}'
);

CREATE INDEX user_profiles_user_key ON user_profiles (user_key);
