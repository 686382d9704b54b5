package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// CheckHeatmap refuses heatmaps that cut the range into too many dates or months.
func CheckHeatmap(m *model.Heatmap, r Range) error {
	for dimension, length := range map[model.Dimension]float64{model.Date: 24, model.CalendarMonth: 28 * 24} {
		if places := int(r.To.Sub(r.From).Hours() / length); (m.X == dimension || m.Y == dimension) && places > MaxBuckets {
			return &model.Error{Field: "heatmap", Reason: fmt.Sprintf("by %[1]s covers %[2]d %[1]ss; use a range of at most %[3]d %[1]ss, or another dimension", dimension, places, MaxBuckets)}
		}
	}
	return nil
}

// HeatmapActors is the scan that counts users or sessions over two dimensions of time; false for other heatmaps.
func HeatmapActors(q *model.Query, r Range) (Scan, bool) {
	m := q.Heatmap
	s := Scan{Actor: model.UserActor, Filters: q.Filters, Picks: []*model.EventSelector{&m.EventSelector}, Range: r}
	if m.Value == model.Sessions {
		s.Actor = model.SessionActor
	}
	return s, m.Value != model.Events && onlyTime(m)
}

// HeatmapEvents is the counting for a heatmap of events over two dimensions of time; false for other heatmaps.
func HeatmapEvents(q *model.Query, r Range, s Settings) (Counting, bool) {
	m := q.Heatmap
	return Counting{Filters: q.Filters, Selector: &m.EventSelector, Range: r, Zone: s.Zone}, m.Value == model.Events && onlyTime(m)
}

func onlyTime(m *model.Heatmap) bool { return m.X.OfTime() && m.Y.OfTime() && m.Breakdown == nil }

// Heatmap plans a heatmap over raw events. The statement returns rows of (x, x_text, y, y_text, part, part_text, actors, events),
// one for each cell that counts something or is left out.
func Heatmap(q *model.Query, r Range, s Settings, reason string) Statement {
	m := q.Heatmap
	b := heatmapBuilder{heatmap: m}
	b.read(q, r, s)
	x, y := m.Axes()
	var ranks []string
	var joins []string
	column := func(name string, limit int) string {
		ranks = append(ranks, b.args.ranked(name+"_values", name, b.total(), b.included(), limit))
		joins = append(joins, "LEFT JOIN "+name+"_values ON "+name+"_values.value = cells."+name)
		return placeOf(name+"_values", "cells."+name) + " AS " + name + ", coalesce(" + name + "_values.value, '') AS " + name + "_text"
	}
	axis := func(name string, a model.Axis) string {
		if a.Dimension == model.ByProperty {
			return column(name, a.Limit)
		}
		return "cells." + name + ", '' AS " + name + "_text"
	}
	columns := []string{axis("x", x), axis("y", y)}
	if m.Breakdown != nil {
		columns = append(columns, column("part", m.Breakdown.Limit))
	} else {
		columns = append(columns, "0 AS part, '' AS part_text")
	}
	sql := lines(slices.Concat(
		[]string{"WITH " + strings.Join(append([]string{b.cells(s)}, ranks...), ", ")},
		[]string{"SELECT " + strings.Join(columns, ", ") + ",", "    " + b.actors() + " AS actors, sum(n)::bigint AS events", "FROM cells"},
		joins,
		[]string{"GROUP BY 1, 2, 3, 4, 5, 6"},
	)...)
	return Statement{SQL: sql, Args: b.args, Source: rawEvents, Reason: reason}
}

// HeatmapReason says why a heatmap with properties reads raw events.
const HeatmapReason = "closed days keep no properties"

// heatmapBuilder makes the statement from the inside: grains are events that share their grain of time, properties and actor.
type heatmapBuilder struct {
	args    arguments
	heatmap *model.Heatmap
	// from is the part of the innermost query from FROM on, columns its columns.
	from    string
	columns []string
}

// read prepares the innermost query.
func (b *heatmapBuilder) read(q *model.Query, r Range, s Settings) {
	m := b.heatmap
	x, y := m.Axes()
	looked := append(properties(q.Filters, &m.EventSelector), m.XProperty, m.YProperty)
	where := []string{}
	switch m.Value {
	case model.Users, model.EventsPerUser:
		b.columns, where = append(b.columns, "e.user_key AS actor"), append(where, "e.user_key <> 0")
	case model.Sessions:
		b.columns, where = append(b.columns, "e.session_id AS actor"), append(where, "e.session_id IS NOT NULL")
	}
	if x.Dimension.OfTime() || y.Dimension.OfTime() {
		// Converting each event's time to a zone costs more than reading it. Within a grain that no clock change cuts, one
		// conversion serves all events.
		b.columns = append(b.columns, "time_bucket("+b.args.bind(zoneGrain(r, s.Zone), "interval")+", e.time) AS grain")
	}
	lateral := b.axis("x", x) + b.axis("y", y)
	if m.Breakdown != nil {
		looked = append(looked, m.Breakdown.Property)
		b.columns = append(b.columns, b.args.property(m.Breakdown.Property)+" AS part")
	}
	conditions := all(b.args.within(r), where, b.args.selects(&m.EventSelector), b.args.filters(q.Filters))
	b.from = lines("FROM "+eventsWith(looked...)+lateral, "WHERE "+conditions)
}

// axis adds the column of an axis that is not of time, and returns what its bins join.
func (b *heatmapBuilder) axis(name string, a model.Axis) string {
	if a.Dimension.OfTime() {
		return ""
	}
	property := b.args.property(a.Property)
	if a.Dimension == model.ByProperty {
		b.columns = append(b.columns, property+" AS "+name)
		return ""
	}
	edges := a.Bins.Edges()
	texts := make([]string, len(edges))
	for i, edge := range edges {
		texts[i] = strconv.FormatFloat(edge, 'f', -1, 64)
	}
	bins := len(edges) - 1
	number, last := name+"_number.number", b.args.bind(texts[bins], "text")+"::numeric"
	b.columns = append(b.columns, fmt.Sprintf("CASE WHEN %[1]s IS NULL THEN -2 WHEN %[1]s > %[2]s THEN -1 WHEN %[1]s = %[2]s THEN %[3]d ELSE width_bucket(%[1]s, %[4]s::numeric[]) - 1 END AS %[5]s",
		number, last, bins-1, b.args.bind(texts, "text[]"), name))
	return "\nCROSS JOIN LATERAL (SELECT " + b.args.number(property) + " AS number OFFSET 0) " + name + "_number"
}

// cells is a common table expression of that name: the grains with their places in the dimensions of time.
func (b *heatmapBuilder) cells(s Settings) string {
	m := b.heatmap
	group := make([]string, len(b.columns))
	for i := range group {
		group[i] = strconv.Itoa(i + 1)
	}
	grains := lines("SELECT "+strings.Join(append(b.columns, "count(*) AS n"), ", "), b.from, "GROUP BY "+strings.Join(group, ", "))
	columns := []string{dimension("x", m.X), dimension("y", m.Y), "n"}
	if m.Value != model.Events {
		columns = append(columns, "actor")
	}
	if m.Breakdown != nil {
		columns = append(columns, "part")
	}
	from := []string{"SELECT " + strings.Join(columns, ", "), "FROM (", indent(grains), ") grains"}
	if m.X.OfTime() || m.Y.OfTime() {
		from = append(from, "CROSS JOIN LATERAL (SELECT grain AT TIME ZONE "+b.args.bind(s.Zone.String(), "text")+" AS local OFFSET 0) l")
	}
	return lines("cells AS (", indent(lines(from...)), ")")
}

// actors counts the different actors of a group of cells.
func (b *heatmapBuilder) actors() string {
	if b.heatmap.Value == model.Events {
		return "0::bigint"
	}
	return "count(DISTINCT actor)"
}

// total is what values are ranked by.
func (b *heatmapBuilder) total() string {
	if b.heatmap.Value == model.Events {
		return "sum(n)"
	}
	return "count(DISTINCT actor)"
}

// included is the condition for cells that are not left out.
func (b *heatmapBuilder) included() string {
	var conditions []string
	for name, d := range map[string]model.Dimension{"x": b.heatmap.X, "y": b.heatmap.Y} {
		if d == model.ByBins {
			conditions = append(conditions, name+" >= 0")
		}
	}
	slices.Sort(conditions)
	return all(conditions)
}

func dimension(name string, d model.Dimension) string {
	switch d {
	case model.HourOfDay:
		return "extract(hour FROM local)::int AS " + name
	case model.Weekday:
		return "extract(dow FROM local)::int AS " + name
	case model.Date:
		return "local::date - date '1970-01-01' AS " + name
	case model.CalendarMonth:
		return "(extract(year FROM local) * 12 + extract(month FROM local))::int - 1 AS " + name
	}
	return name
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
