-- Who is who, and what was said when: known users are not joined, a join can be taken back, traits follow the time of what was said,
-- and who was forgotten stays so whatever clocks say. And what a transaction locks follows its own days, not all that there are.

-- Users who were named as such (userId, user_id), and not only as anonymous visitors; by the hash of the id. Events that arrive
-- meanwhile wait in the collectors.
LOCK TABLE user_events IN SHARE MODE;
CREATE TABLE known_users (
    user_key bigint PRIMARY KEY,
    -- A join of this id was taken back: it is never joined again by what events say.
    apart    boolean NOT NULL DEFAULT false
);
INSERT INTO known_users (user_key)
SELECT DISTINCT user_key FROM user_events WHERE user_key <> 0 AND anonymous_id IS DISTINCT FROM user_id;

-- The alias that an event came under, where that is not the user whom it is stored under; NULL also where the event was stored
-- before there was this column.
ALTER TABLE user_events ADD COLUMN alias text;

-- The user whom the alias was joined with, who may have become an alias later; NULL for joins before there was this column. And what the
-- alias's profile said that its events do not, NULL for nothing.
ALTER TABLE user_aliases ADD COLUMN joined_with text, ADD COLUMN profile jsonb;

-- When each of the traits was said, in microseconds since 1970. Of those that are known from before, that is not known: at the time of
-- the user's last event or earlier.
ALTER TABLE user_profiles ADD COLUMN traits_at jsonb NOT NULL DEFAULT '{}';
UPDATE user_profiles
SET traits_at = (SELECT jsonb_object_agg(name, (extract(epoch FROM least(coalesce(last_active, created_at), now())) * 1000000)::bigint)
    FROM jsonb_object_keys(traits) AS name)
WHERE traits <> '{}';

-- How many times somebody was forgotten; one row. A collector marks each event that it takes with the number that it knows: an event
-- with a lower one than its user's was taken before the user was forgotten, whatever clocks say. 0 is for those who were
-- forgotten before there was this number: for them, clocks decide.
CREATE TABLE forget_state (forgets bigint NOT NULL);
INSERT INTO forget_state VALUES (0);
ALTER TABLE forgotten_users ADD COLUMN forgets bigint NOT NULL DEFAULT 0;

-- Both take other arguments from now on.
DROP FUNCTION join_users(text, text, timestamptz);
DROP FUNCTION store_events(timestamptz[], text[], text[], text[], text[], text[], text[], uuid[], timestamptz[], text[], timestamptz[], bool[], uuid[]);
