package plan

import (
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// FunnelScan returns the scan for a funnel over the range: a chain's first event lies in the range, later ones as far after it as the
// window reaches. Its bits are main steps, optional steps, exclusions.
func FunnelScan(q *model.Query, r model.Range) Scan {
	f := q.Funnel
	s := Scan{Actor: f.Actor, Filters: q.Filters, Range: model.Range{From: r.From, To: reach(r.To, f)}}
	for _, optional := range []bool{false, true} {
		for i := range f.Steps {
			if f.Steps[i].Optional == optional {
				s.Picks = append(s.Picks, &f.Steps[i].EventSelector)
			}
		}
	}
	for i := range f.Exclusions {
		s.Picks = append(s.Picks, &f.Exclusions[i].EventSelector)
	}
	if f.Breakdown != nil {
		s.Value = f.Breakdown.Property
		s.ValueOf = 1
		if f.BreakdownBy == model.ByLastStep || f.Order == model.Unordered {
			s.ValueOf = 1<<len(f.MainSteps()) - 1
		}
	}
	return s
}

// reach returns the first time that is out of reach for chains that start before t: such a chain starts at least a microsecond before t,
// and its last event is at most the window later.
func reach(t time.Time, f *model.Funnel) time.Time {
	return t.Add(f.WindowDuration())
}
