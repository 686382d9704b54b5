package plan

import (
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// BusyScan returns the scan in which busy actors are looked for. It begins before the range, since windows only end in it.
func BusyScan(q *model.Query, r model.Range) Scan {
	a := q.Anomalies
	return Scan{
		Actor: a.Actor, Filters: q.Filters, Picks: []*model.EventSelector{&a.EventSelector},
		Range: model.Range{From: r.From.Add(-a.WindowDuration()), To: r.To},
	}
}

// WeeklyBuckets are buckets, and the buckets of earlier weeks to compare them with.
type WeeklyBuckets struct {
	// Buckets are the buckets that touch the panel's range, in order.
	Buckets []model.Range
	// History has, for each bucket, the same bucket in the weeks before, where the calendar has it.
	History [][]model.Range
}

// NewWeeklyBuckets cuts the range into buckets.
func NewWeeklyBuckets(a *model.Anomalies, r model.Range, s Settings) (WeeklyBuckets, error) {
	var b WeeklyBuckets
	start, next := weeklyCuts(a.Interval, s.Zone)
	for t := start(r.From); t.Before(r.To); t = next(t) {
		if len(b.Buckets) == MaxBuckets {
			return b, tooManyBuckets("anomalies.interval", string(a.Interval))
		}
		bucket := model.Range{From: t, To: next(t)}
		var history []model.Range
		for week := range a.Weeks {
			if before, ok := weeksBefore(bucket, week+1, a.Interval, s.Zone); ok {
				history = append(history, before)
			}
		}
		b.Buckets, b.History = append(b.Buckets, bucket), append(b.History, history)
	}
	return b, nil
}

// weeklyCuts returns two functions: start gives the start of a moment's bucket, and next the start of the bucket after that.
func weeklyCuts(interval model.AnomaliesInterval, zone *time.Location) (start, next func(time.Time) time.Time) {
	if interval == model.EveryDay {
		return func(t time.Time) time.Time { return bucketStart(t, model.Day, Settings{Zone: zone}) },
			func(t time.Time) time.Time { return nextBucket(t, model.Day, zone) }
	}
	step := stepOf(interval)
	return func(t time.Time) time.Time { return clockStart(t.In(zone), step) },
		func(t time.Time) time.Time { return clockNext(t.In(zone), step) }
}

func stepOf(interval model.AnomaliesInterval) time.Duration {
	if interval == model.EveryQuarterHour {
		return quarter
	}
	return time.Hour
}

// weeksBefore returns the same bucket of an earlier week, by local date and time: the first one if a clock change repeats it, and false if
// a clock change skips it or makes one of the two shorter. Days are days, however long.
func weeksBefore(bucket model.Range, weeks int, interval model.AnomaliesInterval, zone *time.Location) (model.Range, bool) {
	local := bucket.From.In(zone)
	year, month, day := local.Date()
	day -= 7 * weeks
	_, next := weeklyCuts(interval, zone)
	if interval == model.EveryDay {
		start := localMidnight(year, month, day, zone)
		return model.Range{From: start, To: next(start)}, sameDate(start.In(zone), year, month, day)
	}
	step := stepOf(interval)
	sinceMidnight := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute
	start, shown := firstWithLocalTime(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Add(sinceMidnight/step*step), zone)
	before := model.Range{From: start, To: next(start)}
	return before, shown && before.To.Sub(before.From) == bucket.To.Sub(bucket.From)
}

func sameDate(t time.Time, year int, month time.Month, day int) bool {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Equal(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// firstWithLocalTime returns the first moment at which the zone's clock shows a local time, which is passed as if it were UTC; false if a
// clock change skips it.
func firstWithLocalTime(local time.Time, zone *time.Location) (time.Time, bool) {
	const farther = 36 * time.Hour // than any zone is from UTC; no zone changes its clock twice in three days
	for _, near := range []time.Time{local.Add(-farther), local.Add(farther)} {
		ahead := offset(near.In(zone))
		if t := local.Add(-ahead).In(zone); offset(t) == ahead {
			return t, true
		}
	}
	return local.In(zone), false
}

// Activity returns the range whose events tell which weeks are known: all buckets and the week before them, up to now.
func (b *WeeklyBuckets) Activity(now time.Time) model.Range {
	all := slices.Concat(append([][]model.Range{b.Buckets}, b.History...)...)
	earlier := func(x, y model.Range) int { return x.From.Compare(y.From) }
	first, last := slices.MinFunc(all, earlier).From, slices.MaxFunc(all, earlier).From
	return model.Range{From: first.Add(-7 * 24 * time.Hour), To: minTime(last.Add(quarter), now)}
}

// ActiveQuarters plans the list of a piece's quarter hours with any event, as rows of (starts), several in each row.
func ActiveQuarters(p Piece) Statement {
	var args arguments
	sql := lines(
		"SELECT array_agg(start) AS starts",
		"FROM (SELECT DISTINCT time_bucket(INTERVAL '15 minutes', e.time) AS start FROM user_events e WHERE "+all(args.within(p.Range))+") quarters",
		"GROUP BY time_bucket(INTERVAL '1 day', start)",
	)
	return Statement{SQL: sql, Args: args, Source: rawEvents, Reason: say.New("reason.usual-weeks",
		"weeks in which next to nothing happened tell nothing about what is usual; {{reason}}", p.Reason)}
}

// Runs returns all the buckets whose counts are needed, grouped into runs of adjacent buckets. Each run has the starts of its buckets and
// the end of the last one.
func (b *WeeklyBuckets) Runs() [][]time.Time {
	all := slices.Concat(append([][]model.Range{b.Buckets}, b.History...)...)
	slices.SortFunc(all, func(a, b model.Range) int { return a.From.Compare(b.From) })
	var runs [][]time.Time
	for i, r := range all {
		switch last := len(runs) - 1; {
		case i > 0 && r.From.Equal(all[i-1].From):
		case i > 0 && r.From.Equal(all[i-1].To):
			runs[last] = append(runs[last], r.To)
		default:
			runs = append(runs, []time.Time{r.From, r.To})
		}
	}
	return runs
}

// BucketScan returns the scan that counts the users of a run of buckets.
func BucketScan(q *model.Query, r model.Range) Scan {
	return Scan{Actor: model.UserActor, Filters: q.Filters, Picks: []*model.EventSelector{&q.Anomalies.EventSelector}, Range: r}
}
