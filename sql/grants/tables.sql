-- Who may do what with the database, the schema and its tables, for the last migration. Run after migrations and wherever the roles are
-- new. footfall_writer, footfall_reader and footfall_analyzer stand for the installation's roles.

DO $$
DECLARE
    relation record;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO footfall_writer, footfall_reader, footfall_analyzer', current_schema());
    -- One by one: TimescaleDB 2.23 fails when a continuous aggregate is among all tables of a schema.
    FOR relation IN
        SELECT c.oid::regclass AS name, string_agg(DISTINCT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, ', ') AS holders
        FROM pg_class c CROSS JOIN aclexplode(relacl)
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'v', 'm', 'S')
            AND (grantee = 0 OR grantee::regrole::text IN (SELECT unnest(ARRAY['footfall_writer', 'footfall_reader', 'footfall_analyzer'])))
        GROUP BY 1
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %s', relation.name, relation.holders);
    END LOOP;
    -- Whoever may create objects where others look names up makes them run what they did not mean. Where somebody else owns the
    -- database, these are warnings.
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('REVOKE CREATE ON SCHEMA public, %s FROM PUBLIC', extension_schema());
    -- Queries call the extension's functions. In "public" everybody may; where somebody else owns another schema, this is a warning.
    IF NOT (has_schema_privilege('footfall_reader', extension_schema()::regnamespace, 'USAGE')
            AND has_schema_privilege('footfall_analyzer', extension_schema()::regnamespace, 'USAGE')) THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %s TO footfall_reader, footfall_analyzer', extension_schema());
    END IF;
END
$$;

-- All look whether the schema is there.
GRANT SELECT ON schema_migrations, installation TO footfall_writer, footfall_reader, footfall_analyzer;

-- The collector: puts aside what the database does not take, and knows keys of senders and who was forgotten. It reads neither events
-- nor profiles.
GRANT INSERT ON rejected_events TO footfall_writer;
GRANT SELECT ON write_keys, forgotten_users, forget_state TO footfall_writer;

-- The data source plugin reads, nothing else; the analyzer reads the same.
GRANT SELECT ON user_events, known_events, user_profiles, active_users_hourly, event_counts_15min, late_days, closed_days, event_blocks,
    event_properties, quarter_counts, user_aliases, alias_changes, segments, segment_members, segment_refreshes TO footfall_reader, footfall_analyzer;

-- The analyzer: keeps segments. Nothing of theirs is deleted.
GRANT INSERT, UPDATE ON segments, segment_members TO footfall_analyzer;
GRANT INSERT ON segment_refreshes TO footfall_analyzer;
GRANT SELECT, UPDATE ON segment_turn TO footfall_analyzer;
