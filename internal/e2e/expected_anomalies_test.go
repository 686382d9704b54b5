package e2e

import (
	"fmt"
	"math"
	"time"

	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/model"
)

func anomaliesTable(a *model.Anomalies, found twin.AnomalyList, zone *time.Location) table {
	switch {
	case a.Output.OfActors():
		return busyTable(a, found.Busy, zone)
	case a.Output == model.BucketScore:
		return scoreTable(found.Buckets)
	}
	return unusualTable(a, found.Buckets, zone)
}

func busyTable(a *model.Anomalies, all []twin.Busy, zone *time.Location) table {
	var t table
	if a.Output == model.BusyActorCount {
		return table{Fields: []string{string(a.Actor) + "s"}, Rows: [][]any{{float64(len(all))}}}
	}
	listed := all[:min(a.Limit, len(all))]
	if len(listed) < len(all) {
		t.Notices = []string{fmt.Sprintf("Only the busiest %d of %d %ss are listed: allow more events, or use a higher limit.", len(listed), len(all), a.Actor)}
	}
	if a.Output == model.BusyActorPeaks && len(all) == 0 {
		return t
	}
	t.Fields = append(idFields(a.Actor), "events")
	if a.Output == model.BusyActors {
		t.Fields = append(t.Fields, "time")
	}
	for _, b := range listed {
		row := append(idCells(a.Actor, b.Actor), float64(b.Events))
		if a.Output == model.BusyActors {
			row = append(row, moment(b.At, zone))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func unusualTable(a *model.Anomalies, buckets []twin.Unusual, zone *time.Location) table {
	t := table{Fields: []string{"time", string(a.Value), "expected", "low", "high", "score", "anomaly"}}
	unknown := 0
	for _, b := range buckets {
		row := []any{moment(b.Start, zone), nil, nil, nil, nil, nil, nil}
		if b.Begun {
			row[1] = float64(b.Count)
		}
		if b.Known {
			reach := a.Deviations * b.Deviation
			row[2], row[3], row[4] = b.Expected, math.Max(0, b.Expected-reach), b.Expected+reach
			if b.Over {
				row[5], row[6] = score(b), math.Abs(score(b)) > a.Deviations
			}
		} else {
			unknown++
		}
		t.Rows = append(t.Rows, row)
	}
	if unknown > 0 {
		t.Notices = []string{fmt.Sprintf("What is usual is not known for %d of %d buckets: they have fewer than 3 earlier weeks.", unknown, len(buckets))}
	}
	return t
}

func score(b twin.Unusual) float64 { return (float64(b.Count) - b.Expected) / b.Deviation }

func scoreTable(buckets []twin.Unusual) table {
	var last *twin.Unusual
	for i := range buckets {
		if buckets[i].Over {
			last = &buckets[i]
		}
	}
	if last == nil || !last.Known {
		return table{}
	}
	return table{Fields: []string{"score"}, Rows: [][]any{{score(*last)}}}
}
