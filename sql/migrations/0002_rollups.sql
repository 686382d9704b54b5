-- Rollups: continuous aggregates that also show what they have not materialised yet.

-- Distinct users an hour. Hours of different users cannot be added up: a user of two hours would count twice.
CREATE MATERIALIZED VIEW active_users_hourly
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket(INTERVAL '1 hour', time) AS bucket, count(DISTINCT user_key) FILTER (WHERE user_key <> 0) AS users
FROM user_events
GROUP BY 1
WITH NO DATA;

-- Every time zone in use today is a whole number of quarter hours away from UTC, so hours and days of any zone can be
-- put together from these.
CREATE MATERIALIZED VIEW event_counts_15min
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket(INTERVAL '15 minutes', time) AS bucket, event_type, count(*) AS events
FROM user_events
GROUP BY 1, 2
WITH NO DATA;

-- What each user did on each day (UTC).
CREATE MATERIALIZED VIEW user_activity_daily
WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT time_bucket(INTERVAL '1 day', time) AS bucket, user_key, event_type,
       count(*) AS events, min(time) AS first_time, max(time) AS last_time
FROM user_events
WHERE user_key <> 0
GROUP BY 1, 2, 3
WITH NO DATA;
