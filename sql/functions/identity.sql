-- Who is who: keys of users, and ids that mean the same user.

-- The key of a user. Sorting, grouping and joining on a number instead of a text is what makes user-level questions fast. With a 64-bit hash,
-- the odds that any two of a million users share a key are about 1 in 37 million. Events without a user have the key 0. Tables store what it returns:
-- a change of it needs a migration that computes them anew.
CREATE OR REPLACE FUNCTION user_key_of(user_id text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(hashtextextended(user_id, 0), 0);

-- Whether what was received, with the given mark, is from before its user was forgotten.
CREATE OR REPLACE FUNCTION is_forgotten(the_key bigint, forgets bigint, received timestamptz) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (
    SELECT FROM forgotten_users f
    WHERE f.user_key = the_key AND (f.forgets > is_forgotten.forgets OR f.forgets = 0 AND f.forgotten_at > received));

-- The keys under which the events of an alias may be stored: its own, that of the user whom it was joined with, and so on.
CREATE OR REPLACE FUNCTION keys_of_alias(the_alias text) RETURNS bigint[]
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

-- Makes an alias and a user the same, unless the alias is one already. The first user that an alias was joined with keeps it: on a device
-- that two people use, what happened before the first one signed in cannot be told apart any more, and what one of them did never
-- becomes the other's. A user who turns out to be another one brings its aliases along. What a user's ids have in common is one
-- profile: an alias has none of its own. Whoever calls it has locked alias_changes: two joins at once could make a circle.
CREATE OR REPLACE FUNCTION join_alias(the_alias text, the_user text) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
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
CREATE OR REPLACE FUNCTION join_users(the_alias text, the_user text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM FROM alias_changes FOR UPDATE;
    LOCK TABLE profile_turns IN ROW SHARE MODE;
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
CREATE OR REPLACE FUNCTION join_told(aliases text[], user_ids text[], forgets bigint[], received_ats timestamptz[], join_known boolean) RETURNS bigint[]
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
            LOCK TABLE profile_turns IN ROW SHARE MODE;
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
