-- A day's events of one type may be packed in several rows, the parts: as many events as a day may have do not fit in memory at once. Days
-- that are packed stay as they are.
ALTER TABLE event_blocks ADD COLUMN part int NOT NULL DEFAULT 0;
ALTER TABLE event_blocks DROP CONSTRAINT event_blocks_pkey, ADD PRIMARY KEY (day, event_type, part);
