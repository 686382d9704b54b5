package plan

import (
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// SpanRange returns the time of a validated span at the settings' moment and in their zone; a zero From means from the beginning.
func SpanRange(span *model.Span, s Settings) model.Range {
	r := model.Range{To: s.Now.Add(time.Microsecond)} // a range does not contain its end
	if span.LastDays > 0 {
		r.From = LastDays(span.LastDays, s).From
	}
	if span.Since != "" {
		r.From = midnightOf(span.Since, 0, s.Zone)
	}
	if span.Until != "" {
		if end := midnightOf(span.Until, 1, s.Zone); end.Before(r.To) {
			r.To = end
		}
	}
	return r
}

// LastDays returns the range of today and so many days before it, up to now.
func LastDays(days int, s Settings) model.Range {
	y, m, d := s.Now.In(s.Zone).Date()
	return model.Range{From: localMidnight(y, m, d-days, s.Zone), To: s.Now.Add(time.Microsecond)}
}

// NextDay returns when the day after a time's begins.
func NextDay(t time.Time, s Settings) time.Time { return nextBucket(t, model.Day, s.Zone) }

// KnownUsers plans the list of all users who have a profile, as rows of (user_key).
func KnownUsers() Statement {
	return Statement{SQL: "SELECT user_key FROM user_profiles", Source: "user_profiles", Reason: say.New("reason.everybody", "everybody who has a profile")}
}

// midnightOf returns the beginning of the day so many days after a date that was validated.
func midnightOf(date string, after int, zone *time.Location) time.Time {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic("plan: a segment that was not validated: " + err.Error())
	}
	return localMidnight(day.Year(), day.Month(), day.Day()+after, zone)
}
