package e2e

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/internal/twin"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// funnelTable returns the frame that the twin's answer makes.
func funnelTable(q *model.Query, w twin.World, r twin.Range, s twin.Settings, rows []twin.FunnelRow) table {
	switch q.Funnel.Output {
	case model.FunnelChart:
		return funnelChart(q.Funnel, rows)
	case model.FunnelConversion:
		return conversionTable(q.Funnel, rows)
	case model.FunnelTrend:
		return trendOfFunnel(q.Funnel, twin.FunnelTrend(q, w, r, s), s.Zone)
	case model.FunnelTimeToConvert:
		return timeToConvert(q, w, r, s)
	case model.FunnelActors:
		return funnelActors(q.Funnel, twin.FunnelActors(q, w, r, s), s.Zone)
	}
	return stepsTable(q.Funnel, rows)
}

func optional(value *float64) any {
	if value == nil {
		return nil
	}
	return *value
}

func stepsTable(f *model.Funnel, rows []twin.FunnelRow) table {
	t := table{Fields: []string{
		"step", string(f.Actor) + "s", "share_of_first", "share_of_previous", "dropped", "in_progress", "median_time", "p90_time", "mean_time",
	}}
	if f.Breakdown != nil {
		t.Fields = append([]string{"breakdown"}, t.Fields...)
	}
	var first, main twin.FunnelRow // the first step and the latest main one
	for _, row := range rows {
		if row.Step == 1 {
			first = row
		}
		var previous, dropped, inProgress any
		if row.Step > 1 {
			previous = share(row.Users, main.Users)
		}
		if row.Step < len(f.Steps) && !row.Optional {
			dropped, inProgress = float64(row.Dropped), float64(row.InProgress)
		}
		if !row.Optional {
			main = row
		}
		cells := []any{
			fmt.Sprintf("%d. %s", row.Step, f.Steps[row.Step-1].Title()), float64(row.Users), share(row.Users, first.Users), previous,
			dropped, inProgress, optional(row.MedianSeconds), optional(row.P90Seconds), optional(row.MeanSeconds),
		}
		if f.Breakdown != nil {
			cells = append([]any{twin.Title(row.Kind, row.Breakdown)}, cells...)
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

// funnelChart has a field for each breakdown value; they are told apart by their labels.
func funnelChart(f *model.Funnel, rows []twin.FunnelRow) table {
	t := table{Fields: []string{"step"}}
	for i := range f.Steps {
		t.Rows = append(t.Rows, []any{fmt.Sprintf("%d. %s", i+1, f.Steps[i].Title())})
	}
	for i, row := range rows {
		if i%len(f.Steps) == 0 {
			name := string(f.Actor) + "s"
			if f.Breakdown != nil {
				name += " " + twin.Title(row.Kind, row.Breakdown)
			}
			t.Fields = append(t.Fields, name)
		}
		t.Rows[i%len(f.Steps)] = append(t.Rows[i%len(f.Steps)], float64(row.Users))
	}
	if len(rows) == 0 {
		return table{}
	}
	return t
}

// conversionTable has no fields where there is no number.
func conversionTable(f *model.Funnel, rows []twin.FunnelRow) table {
	var t table
	n := len(f.Steps)
	for first := 0; first < len(rows); first += n {
		rate := share(rows[first+n-1].Users, rows[first].Users)
		switch {
		case rate == nil:
		case f.Breakdown == nil:
			t.Fields, t.Rows = []string{"conversion_rate"}, append(t.Rows, []any{rate})
		default:
			t.Fields, t.Rows = []string{"breakdown", "conversion_rate"}, append(t.Rows, []any{twin.Title(rows[first].Kind, rows[first].Breakdown), rate})
		}
	}
	return t
}

// trendOfFunnel has a column a group.
func trendOfFunnel(f *model.Funnel, buckets []twin.FunnelBucket, zone *time.Location) table {
	if len(buckets) == 0 {
		return table{}
	}
	t := table{Fields: []string{"time"}}
	for i, b := range buckets {
		if i > 0 && b.Start.Equal(buckets[0].Start) || i == 0 {
			name := "conversion_rate"
			if f.Breakdown != nil {
				name += " " + twin.Title(b.Kind, b.Breakdown)
			}
			t.Fields = append(t.Fields, name)
		}
		if len(t.Fields) == 2 {
			t.Rows = append(t.Rows, []any{moment(b.Start, zone)})
			if b.Cut {
				t.Notices = append(t.Notices, fmt.Sprintf("The first %s began before the range: only its part in the range is counted.", f.Interval))
			}
			if b.Open && !slices.ContainsFunc(buckets[:i], func(earlier twin.FunnelBucket) bool { return earlier.Open }) {
				t.Notices = append(t.Notices, fmt.Sprintf(
					"From %s on, the window of those who entered is still open, or the range ends within the %s: conversion can still change.",
					b.Start.In(zone).Format("2006-01-02 15:04"), f.Interval))
			}
			if b.Cut || b.Open {
				t.Incomplete = append(t.Incomplete, len(t.Rows)-1)
			}
		}
	}
	for i, b := range buckets {
		at := i % len(t.Rows)
		t.Rows[at] = append(t.Rows[at], share(b.Converted, b.Entered))
	}
	return t
}

// timeToConvert counts, for each bin, the times that lie in it.
func timeToConvert(q *model.Query, w twin.World, r twin.Range, s twin.Settings) table {
	values, kinds, times := twin.FunnelTimes(q, w, r, s)
	all := slices.Sorted(slices.Values(slices.Concat(times...)))
	if len(all) == 0 {
		return table{}
	}
	shortest, longest := all[0], all[len(all)-1]
	bins := q.Funnel.Bins
	span := longest - shortest
	if span == 0 {
		span = time.Duration(bins) * time.Second
	}
	width := span.Seconds() / float64(bins)
	t := table{Fields: []string{"xMin", "xMax"}, Notices: []string{fmt.Sprintf(
		"From first step to last, over all %ss who convert: median %s, 90th percentile %s.", q.Funnel.Actor, percentileText(all, 0.5), percentileText(all, 0.9))}}
	for b := range bins {
		t.Rows = append(t.Rows, []any{shortest.Seconds() + float64(b)*width, shortest.Seconds() + float64(b+1)*width})
	}
	for g, list := range times {
		name := string(q.Funnel.Actor) + "s"
		if q.Funnel.Breakdown != nil {
			name = twin.Title(kinds[g], values[g])
		}
		t.Fields = append(t.Fields, name)
		counts := make([]float64, bins)
		for _, d := range list {
			// Exactly: the bin b of which b * span <= bins * (d - shortest) < (b + 1) * span.
			bin := int64(0)
			for bin < int64(bins)-1 && (bin+1)*span.Microseconds() <= int64(bins)*(d-shortest).Microseconds() {
				bin++
			}
			counts[bin]++
		}
		for b, n := range counts {
			t.Rows[b] = append(t.Rows[b], n)
		}
	}
	return t
}

// percentileText returns the time below which the share p of the sorted ones lies, in the largest unit that it fills, to three digits.
func percentileText(sorted []time.Duration, p float64) string {
	at := p * float64(len(sorted)-1)
	low, high := sorted[int(at)], sorted[int(math.Ceil(at))]
	seconds := (float64(low.Microseconds()) + (at-math.Floor(at))*float64((high-low).Microseconds())) / 1e6
	switch {
	case seconds >= 86400:
		return fmt.Sprintf("%.3g d", seconds/86400)
	case seconds >= 3600:
		return fmt.Sprintf("%.3g h", seconds/3600)
	case seconds >= 60:
		return fmt.Sprintf("%.3g min", seconds/60)
	}
	return fmt.Sprintf("%.3g s", seconds)
}

func funnelActors(f *model.Funnel, actors []twin.FunnelActor, zone *time.Location) table {
	t := table{Fields: append(idFields(f.Actor), "steps", "started", "ended")}
	if f.Breakdown != nil {
		t.Fields = append(t.Fields, "breakdown")
	}
	for _, a := range actors {
		row := append(idCells(f.Actor, a.Actor), float64(a.Steps), moment(a.Started, zone), moment(a.Ended, zone))
		if f.Breakdown != nil {
			row = append(row, twin.Title(a.Kind, a.Breakdown))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
