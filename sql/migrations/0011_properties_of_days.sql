-- The properties of the events in event_blocks, in the same order, so that filters and breakdowns need not read the events themselves. Rows of
-- event_blocks with a negative part have the events without a user: there, user_keys has the keys of their sessions, 0 for none.
CREATE TABLE event_properties (
    day        date NOT NULL,
    event_type text NOT NULL,
    part       int NOT NULL,
    -- A column, or "metadata" and the names that lead into it.
    property   text[] NOT NULL,
    -- What the property holds: values, which are packed; objects, whose names are properties of their own; or more than can be packed. The
    -- row of "metadata" itself is there if it has more names than are packed.
    holds      text NOT NULL CHECK (holds IN ('values', 'objects', 'more')),
    -- The different values in order of bytes, as JSON if they are of metadata.
    dictionary text[],
    -- How many values the dictionary has.
    size       int NOT NULL,
    -- For each event its value's place in the dictionary, 0 for none, in so many bytes, most significant first; zeros at the end are left
    -- out. Of session_id, there are the keys of the sessions themselves.
    width      smallint,
    codes      bytea,
    PRIMARY KEY (day, event_type, part, property)
);
ALTER TABLE event_properties ALTER codes SET STORAGE EXTERNAL;
CREATE INDEX event_properties_not_packed ON event_properties (day) WHERE holds <> 'values';

-- Properties are packed after days are closed. Days that are closed already get theirs, and their events without a user, next.
ALTER TABLE closed_days ADD COLUMN properties boolean NOT NULL DEFAULT false;
