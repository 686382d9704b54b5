-- What is said of users.

-- Two sets of traits as one: of each name what was said last, of what was said at once what is greater as text. A profile has room
-- for the 512 names that were said last, and for 64 KiB of them; older ones are left out. Without the limit on bytes the result is
-- the same whatever comes first.
CREATE OR REPLACE FUNCTION merge_traits(a jsonb, a_at jsonb, b jsonb, b_at jsonb, OUT traits jsonb, OUT traits_at jsonb)
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
CREATE OR REPLACE FUNCTION tell_traits(user_ids text[], told text[], times timestamptz[]) RETURNS bigint
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
