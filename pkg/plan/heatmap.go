package plan

import (
	"fmt"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Heatmap plans a heatmap. The statement returns rows of (x, y, value): hours as 0 to 23, weekdays as 0 (Sunday) to 6,
// dates as days since 1970-01-01. Cells that are not returned are 0.
func Heatmap(q *model.Query, r Range, s Settings) (Statement, error) {
	m := q.Heatmap
	if days := int(r.To.Sub(r.From).Hours() / 24); (m.X == model.Date || m.Y == model.Date) && days > MaxBuckets {
		return Statement{}, &model.Error{Field: "heatmap", Reason: fmt.Sprintf("by date covers %d days; use a range of at most %d days, or another dimension", days, MaxBuckets)}
	}
	var args arguments
	where := all([]string{"e.time >= " + args.timestamp(r.From), "e.time < " + args.timestamp(r.To)},
		args.selects(&m.EventSelector), args.filters(q.Filters))
	// Converting each event's time to a zone costs more than reading it. Within a grain that no clock change cuts, one
	// conversion serves all events.
	grain := args.bind(zoneGrain(r, s.Zone), "interval")
	zone := args.bind(s.Zone.String(), "text")
	counted, value, group := "count(*) AS n", "sum(n)::bigint", "1"
	if m.Value == model.Users {
		counted, value, group = "e.user_key", "count(DISTINCT user_key)", "1, 2"
		where += " AND e.user_key <> 0"
	}
	sql := lines(
		"SELECT "+dimension(m.X)+" AS x, "+dimension(m.Y)+" AS y, "+value+" AS value",
		"FROM (",
		"    SELECT time_bucket("+grain+", e.time) AS grain, "+counted,
		"    FROM "+eventsWith(properties(q.Filters, &m.EventSelector)...),
		"    WHERE "+where,
		"    GROUP BY "+group,
		") grains",
		"CROSS JOIN LATERAL (SELECT grain AT TIME ZONE "+zone+" AS local OFFSET 0) l",
		"GROUP BY 1, 2",
	)
	return Statement{SQL: sql, Args: args, Source: rawEvents, Reason: "events are counted by quarter hour, then by the zone's hours and days"}, nil
}

func dimension(d model.Dimension) string {
	switch d {
	case model.HourOfDay:
		return "extract(hour FROM local)::int"
	case model.Weekday:
		return "extract(dow FROM local)::int"
	}
	return "local::date - date '1970-01-01'"
}

// zoneGrain is the longest time, of at most a quarter hour, whose multiples (counted from 1970 in UTC) no offset of the zone
// in the range cuts. All zones in use today keep to quarter hours; some of a century ago were off by seconds.
func zoneGrain(r Range, zone *time.Location) time.Duration {
	grain := 15 * time.Minute
	for t := r.From.In(zone); t.Before(r.To); {
		for grain > time.Second && offset(t)%grain != 0 {
			grain = shorterGrain[grain]
		}
		_, end := t.ZoneBounds()
		if end.IsZero() || !end.Before(r.To) {
			break
		}
		for grain > time.Second && end.Unix()%int64(grain/time.Second) != 0 {
			grain = shorterGrain[grain]
		}
		t = end
	}
	return grain
}

var shorterGrain = map[time.Duration]time.Duration{15 * time.Minute: time.Minute, time.Minute: time.Second}
