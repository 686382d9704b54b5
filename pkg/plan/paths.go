package plan

import "github.com/footfall-analytics/footfall/pkg/model"

// PathsScan returns the scan for paths: all events of the range. Bit 1 picks the chosen event.
func PathsScan(q *model.Query, r model.Range) Scan {
	p := q.Paths
	return Scan{
		Actor: p.Actor, Filters: q.Filters, Picks: []*model.EventSelector{{Event: model.AnyEvent}, &p.EventSelector},
		Value: p.Property, ValueOf: 3, Range: r,
	}
}
