package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// CheckHeatmap refuses heatmaps that cut the range into too many dates or months.
func CheckHeatmap(m *model.Heatmap, r model.Range) error {
	for dimension, length := range map[model.Dimension]float64{model.Date: 24, model.CalendarMonth: 28 * 24} {
		if places := int(r.To.Sub(r.From).Hours() / length); (m.X == dimension || m.Y == dimension) && places > MaxBuckets {
			return &model.Error{Field: "heatmap", Reason: say.New("problem.many-places",
				"by {{dimension}} covers {{number}} {{dimension}}s; use a range of at most {{most}} {{dimension}}s, or another dimension",
				dimension, places, MaxBuckets)}
		}
	}
	return nil
}

// HeatmapScan returns the scan for a heatmap with one property at most, as a dimension or a breakdown; false for other heatmaps, and for those
// with bins.
func HeatmapScan(q *model.Query, r model.Range) (Scan, bool) {
	m := q.Heatmap
	s := Scan{Filters: q.Filters, Picks: []*model.EventSelector{&m.EventSelector}, Range: r}
	switch m.Value {
	case model.Events:
		s.Actor = Anyone
	case model.Sessions:
		s.Actor = model.SessionActor
	default:
		s.Actor = model.UserActor
	}
	var properties []string
	for _, d := range []struct {
		dimension model.Dimension
		property  string
	}{{m.X, m.XProperty}, {m.Y, m.YProperty}} {
		if !d.dimension.OfTime() {
			properties = append(properties, d.property)
		}
	}
	if m.Breakdown != nil {
		properties = append(properties, m.Breakdown.Property)
	}
	if len(properties) == 1 {
		s.Value, s.ValueOf = properties[0], 1
	}
	return s, len(properties) <= 1 && m.X != model.ByBins && m.Y != model.ByBins
}

// HeatmapGroups returns how many values of the one property of [HeatmapScan] have a place of their own; 0 without a property.
func HeatmapGroups(m *model.Heatmap) int {
	switch {
	case m.X == model.ByProperty:
		return m.XLimit
	case m.Y == model.ByProperty:
		return m.YLimit
	}
	return m.Breakdown.Groups()
}

// HeatmapEvents returns the counting for a heatmap of events over two dimensions of time; false for other heatmaps.
func HeatmapEvents(q *model.Query, r model.Range, s Settings) (Counting, bool) {
	m := q.Heatmap
	c := Counting{Filters: q.Filters, Selector: &m.EventSelector, Range: r, Zone: s.Zone}
	return c, m.Value == model.Events && m.X.OfTime() && m.Y.OfTime() && m.Breakdown == nil && c.FitsQuarters()
}

// Heatmap plans a heatmap over raw events. The statement returns rows of (x, x_text, y, y_text, part, part_text, actors, events), one for
// each cell that has a count or is left out.
func Heatmap(q *model.Query, r model.Range, s Settings, reason say.Text, aliases bool) Statement {
	m := q.Heatmap
	b := heatmapBuilder{heatmap: m}
	b.key, b.condition = actorOf(m.Value)
	x, y := m.Axes()
	b.axis("x", x)
	b.axis("y", y)
	if m.Breakdown != nil {
		b.axis("part", model.Axis{Dimension: model.ByProperty, Property: m.Breakdown.Property, Limit: m.Breakdown.Limit})
	} else {
		b.outer = append(b.outer, "0 AS part, '' AS part_text")
	}
	sql := lines(
		"WITH "+strings.Join(append([]string{b.cells(q, r, s, aliases)}, b.rankings...), ", "),
		"SELECT "+strings.Join(b.outer, ", ")+",",
		"    "+b.actors()+" AS actors, sum(n)::bigint AS events",
		"FROM cells"+b.joins,
		"GROUP BY "+strings.Join(b.groups, ", "),
	)
	return Statement{SQL: sql, Args: b.args, Source: rawEvents, Reason: reason}
}

// HeatmapReason says why a heatmap with properties reads raw events.
func HeatmapReason() say.Text {
	return say.New("reason.no-properties", "closed days keep no properties")
}

// Elements plans the list beside a page, over raw events. The statement returns rows of (place, text, events, users, left, right, top,
// bottom): a row for each element that has a place of its own, for the others and for events without one; the last four are the first and
// last bins, across and down, in which its events lie.
func Elements(q *model.Query, r model.Range, s Settings, aliases bool) Statement {
	m := *q.Heatmap
	// All events within the bins count, also those of nobody, whatever the cells count.
	m.Value, m.Breakdown = model.Events, m.Elements
	b := heatmapBuilder{heatmap: &m, key: "nullif(e.user_key, 0)", condition: "true"}
	x, y := m.Axes()
	b.axis("x", x)
	b.axis("y", y)
	b.axis("part", model.Axis{Dimension: model.ByProperty, Property: m.Elements.Property, Limit: m.Elements.Limit})
	const ranking, column = "part_values", "cells.part"
	sql := lines(
		"WITH "+strings.Join(append([]string{b.cells(q, r, s, aliases)}, b.rankings...), ", "),
		"SELECT "+placeOf(ranking, column)+" AS place, "+textOf(ranking)+" AS text, sum(n)::bigint AS events, count(DISTINCT actor) AS users,",
		`    min(x)::int AS "left", max(x)::int AS "right", min(y)::int AS top, max(y)::int AS bottom`,
		"FROM cells"+b.joins,
		"WHERE "+b.insideBins(),
		"GROUP BY "+placeGroups(ranking, column),
	)
	return Statement{SQL: sql, Args: b.args, Source: rawEvents, Reason: HeatmapReason()}
}

// Depths plans how far down a page users came, over raw events. The statement returns rows of (edges, users): how many edges of the y axis's
// bins the deepest place of so many users has reached.
func Depths(q *model.Query, r model.Range, aliases bool) Statement {
	var args arguments
	m := q.Heatmap
	_, y := m.Axes()
	picked := model.EventSelector{Event: m.Scroll.Event, Filters: slices.Concat(m.Filters, m.Scroll.Filters)}
	looked := append(properties(q.Filters, &picked), m.Scroll.Property, userID)
	edges := args.bind(edgeTexts(y.Bins), "text[]")
	users := lines(
		"SELECT e.user_key, max(width_bucket(depth.number, "+edges+"::numeric[])) AS edges",
		"FROM "+eventsWith(aliases, looked...),
		"CROSS JOIN LATERAL (SELECT "+args.number(args.value(m.Scroll.Property))+" AS number OFFSET 0) depth",
		"WHERE "+all(args.within(r), []string{"e.user_key <> 0", "depth.number IS NOT NULL"}, args.selects(&picked), args.filters(q.Filters)),
		"GROUP BY 1",
	)
	sql := lines("SELECT edges, count(*) AS users", "FROM (", indent(users), ") users", "GROUP BY 1")
	return Statement{SQL: sql, Args: args, Source: rawEvents, Reason: HeatmapReason()}
}

func edgeTexts(b *model.Bins) []string {
	edges := b.Edges()
	texts := make([]string, len(edges))
	for i, edge := range edges {
		texts[i] = strconv.FormatFloat(edge, 'f', -1, 64)
	}
	return texts
}

// heatmapBuilder builds the statement axis by axis, from the inside out: events with their grain of time, properties and actor; then cells,
// where grains have become hours and days; then groups of cells by place.
type heatmapBuilder struct {
	args    arguments
	heatmap *model.Heatmap
	// key is the actor of an event, and condition says that there is one; both are empty where only events are counted.
	key, condition string
	// inner are the columns of the events besides grain and actor, and lateral is what they are computed from.
	inner   []string
	lateral string
	// rankings are common table expressions; joins and groups use them in the outer query, whose columns are outer.
	rankings, outer, groups []string
	joins                   string
}

// axis adds an axis of the given name: a column of the cells, and the columns with its place and text.
func (b *heatmapBuilder) axis(name string, a model.Axis) {
	if a.Dimension != model.ByProperty {
		if a.Dimension == model.ByBins {
			b.bins(name, a)
		}
		b.outer = append(b.outer, name+", '' AS "+name+"_text")
		b.groups = append(b.groups, name)
		return
	}
	b.inner = append(b.inner, b.args.property(a.Property)+" AS "+name)
	ranking, column := name+"_values", "cells."+name
	b.rankings = append(b.rankings, b.args.ranking(ranking, name, b.insideBins(), b.heatmap.Value != model.Events, a.Limit))
	b.joins += "\nLEFT JOIN " + ranking + " ON " + ranking + ".value = " + column
	b.outer = append(b.outer, placeOf(ranking, column)+" AS "+name+", "+textOf(ranking)+" AS "+name+"_text")
	b.groups = append(b.groups, placeGroups(ranking, column))
}

// bins adds the number of the bin that a property lies in: -2 for none, -1 for outside.
func (b *heatmapBuilder) bins(name string, a model.Axis) {
	texts := edgeTexts(a.Bins)
	bins := len(texts) - 1
	number, last := name+"_number.number", b.args.bind(texts[bins], "text")+"::numeric"
	b.inner = append(b.inner, fmt.Sprintf("CASE WHEN %[1]s IS NULL THEN -2 WHEN %[1]s > %[2]s THEN -1 WHEN %[1]s = %[2]s THEN %[3]d ELSE width_bucket(%[1]s, %[4]s::numeric[]) - 1 END AS %[5]s",
		number, last, bins-1, b.args.bind(texts, "text[]"), name))
	b.lateral += "\nCROSS JOIN LATERAL (SELECT " + b.args.number(b.args.value(a.Property)) + " AS number OFFSET 0) " + name + "_number"
}

// cells returns the common table expression cells. Where events are counted, the events of a grain are added up first: converting each
// event's time to a zone costs more than reading it, and within a grain that no clock change cuts, one conversion serves all. A single
// actor has few events per grain; for actors, adding up first would cost more than it saves.
func (b *heatmapBuilder) cells(q *model.Query, r model.Range, s Settings, aliases bool) string {
	m := b.heatmap
	looked := append(properties(q.Filters, &m.EventSelector), m.XProperty, m.YProperty)
	columns := []string{dimension("x", m.X), dimension("y", m.Y), "n"}
	if m.Breakdown != nil {
		looked, columns = append(looked, m.Breakdown.Property), append(columns, "part")
	}
	ofTime := m.X.OfTime() || m.Y.OfTime()
	if ofTime {
		b.inner = append(b.inner, "time_bucket("+b.args.bind(zoneGrain(r, s.Zone), "interval")+", e.time) AS grain")
	}
	where := b.args.within(r)
	counted, group := "count(*) AS n", "\nGROUP BY "+places(len(b.inner))
	if b.key != "" {
		counted, group = b.key+" AS actor, 1 AS n", ""
		columns, where = append(columns, "actor"), append(where, b.condition)
		looked = append(looked, userID)
	}
	events := lines(
		"SELECT "+strings.Join(append(b.inner, counted), ", "),
		"FROM "+eventsWith(aliases, looked...)+b.lateral,
		"WHERE "+all(where, b.args.selects(&m.EventSelector), b.args.filters(q.Filters))+group,
	)
	cells := lines("SELECT "+strings.Join(columns, ", "), "FROM (", indent(events), ") events")
	if ofTime {
		cells = lines(cells, "CROSS JOIN LATERAL (SELECT grain AT TIME ZONE "+b.args.bind(s.Zone.String(), "text")+" AS local OFFSET 0) l")
	}
	return lines("cells AS (", indent(cells), ")")
}

// places numbers the first n columns of a query.
func places(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = strconv.Itoa(i + 1)
	}
	return strings.Join(list, ", ")
}

// actorOf returns the key of the actor that is counted once per cell, and the condition that there is one; both are empty where events are
// counted.
func actorOf(v model.HeatmapValue) (key, condition string) {
	switch v {
	case model.Users, model.EventsPerUser:
		return "e.user_key", "e.user_key <> 0"
	case model.Sessions:
		return sessionKey, "e.session_id IS NOT NULL"
	}
	return "", ""
}

// actors counts the different actors of a group of cells.
func (b *heatmapBuilder) actors() string {
	if b.heatmap.Value == model.Events {
		return "0::bigint"
	}
	return "count(DISTINCT actor)"
}

// insideBins returns the condition for cells that are inside the bins.
func (b *heatmapBuilder) insideBins() string {
	var conditions []string
	if b.heatmap.X == model.ByBins {
		conditions = append(conditions, "x >= 0")
	}
	if b.heatmap.Y == model.ByBins {
		conditions = append(conditions, "y >= 0")
	}
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

// zoneGrain returns the longest grain, at most a quarter hour, whose multiples (counted from 1970 in UTC) fit every offset of the zone in
// the range. All zones in use today keep to quarter hours; some of a century ago were off by seconds.
func zoneGrain(r model.Range, zone *time.Location) time.Duration {
	grain := 15 * time.Minute
	for t := r.From.In(zone); t.Before(r.To); {
		for grain > time.Second && offset(t)%grain != 0 {
			grain = shorterGrain[grain]
		}
		end := model.NextChange(t)
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
