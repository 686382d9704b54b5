-- Segments: named groups of users. Who keeps them up to date writes these tables; everybody else reads them.
CREATE TABLE segments (
    id          int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text NOT NULL UNIQUE,
    title       text NOT NULL DEFAULT '',
    description text NOT NULL DEFAULT '',
    owner       text NOT NULL DEFAULT '',
    -- The conditions, as JSON; see docs/segments.md. Null for a list of users that was uploaded.
    definition  jsonb,
    -- How often the definition has changed, and the zone in which its relative times are cut.
    version     int NOT NULL DEFAULT 1,
    time_zone   text NOT NULL DEFAULT 'UTC',
    -- How long members may be out of date.
    every       interval NOT NULL DEFAULT '1 hour',
    changed_at  timestamptz NOT NULL DEFAULT now(),
    -- Counts what a refresh that has begun must not outlive: changes of the definition, and users who were forgotten.
    changes     bigint NOT NULL DEFAULT 0,
    -- Why the last refresh failed, and when; null when it did not.
    failure     text,
    failed_at   timestamptz,
    -- Deprecated ones are not refreshed any more.
    deprecated_at timestamptz
);

-- Who was a member, and when. One who left and came back has several rows.
CREATE TABLE segment_members (
    segment_id int NOT NULL REFERENCES segments,
    user_key   bigint NOT NULL,
    -- The times of the refreshes that saw the user come and go; null for one who is a member now.
    entered_at timestamptz NOT NULL,
    left_at    timestamptz,
    CHECK (left_at > entered_at)
);
CREATE UNIQUE INDEX segment_members_now ON segment_members (segment_id, user_key) WHERE left_at IS NULL;
CREATE INDEX segment_members_user ON segment_members (user_key);
CREATE INDEX segment_members_entered ON segment_members (segment_id, entered_at);

CREATE TABLE segment_refreshes (
    segment_id int NOT NULL REFERENCES segments,
    -- The moment for which the members were found.
    at         timestamptz NOT NULL,
    version    int NOT NULL,
    size       bigint NOT NULL,
    entered    bigint NOT NULL,
    "left"     bigint NOT NULL,
    took       interval NOT NULL,
    PRIMARY KEY (segment_id, at)
);

-- Which analyzer keeps segments up to date, and until when that is certain. Others take over later. A lock would do, if not every reader
-- could take one.
CREATE TABLE segment_turn (
    one    boolean PRIMARY KEY DEFAULT true CHECK (one),
    holder uuid,
    until  timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO segment_turn DEFAULT VALUES;
