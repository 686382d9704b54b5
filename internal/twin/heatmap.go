package twin

import (
	"cmp"
	"math/big"
	"slices"
	"strconv"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Grid is the answer to a heatmap query.
type Grid struct {
	// Parts has one element, or one for each value of the breakdown. All have the same axes.
	Parts []Part
	X, Y  []Place
	// LeftOut are the events that bins have no place for, by property and reason.
	LeftOut map[LeftOut]int
	// Elements are what stood where events happened on a page, in order.
	Elements []Element
	// Reached says for each edge of the bins down how many users came at least so far, and Scrolled of how many it is known how far they came;
	// nil unless it is asked for.
	Reached  []int
	Scrolled int
}

// Element is a value of the property by which a page's elements are listed.
type Element struct {
	Place
	Events, Users int
	// Left, Right, Top and Bottom are the first and last bins of its events.
	Left, Right, Top, Bottom int
}

// Part is the cells of one value of the breakdown, by x and y. A cell that has no value is nil.
type Part struct {
	Place
	Cells [][]*float64
}

// Place is a place on an axis. Its text is the hour 0 to 23, the weekday 0 (Sunday) to 6, the date 2026-01-31, the month 2026-01, a
// property's value, or the place of a bin from 0.
type Place struct {
	Kind Kind
	Text string
}

// LeftOut says why an event has no bin.
type LeftOut struct {
	Property string
	// Outside says that there is a number; otherwise there is none.
	Outside bool
}

// eventPlaces is an event with its places.
type eventPlaces struct {
	Event
	x, y, part Place
}

// Heatmap answers a heatmap query.
func Heatmap(q *model.Query, w World, r Range, s Settings) Grid {
	h := q.Heatmap
	ax, ay := h.Axes()
	grid := Grid{LeftOut: map[LeftOut]int{}}
	var events []eventPlaces
	for _, e := range w.Events {
		if !r.contains(e.Time) || !Picks(q, h.EventSelector, e) {
			continue
		}
		if _, known := actorOf(h.Value, e); !known && h.Value != model.Events {
			continue
		}
		x, out := placeOn(ax, e, s)
		y, alsoOut := placeOn(ay, e, s)
		if out == nil {
			out = alsoOut
		}
		if out != nil {
			grid.LeftOut[*out]++
			continue
		}
		p := eventPlaces{e, x, y, Place{Kind: All}}
		if h.Breakdown != nil {
			p.part = valuePlace(e, h.Breakdown.Property)
		}
		events = append(events, p)
	}
	grid.X = layOut(h, ax, r, s, events, func(p *eventPlaces) *Place { return &p.x })
	grid.Y = layOut(h, ay, r, s, events, func(p *eventPlaces) *Place { return &p.y })
	parts := []Place{{Kind: All}}
	if h.Breakdown != nil {
		parts = rank(h, h.Breakdown.Limit, events, func(p *eventPlaces) *Place { return &p.part })
	}
	for _, place := range parts {
		grid.Parts = append(grid.Parts, Part{place, cellsOf(h, grid.X, grid.Y, place, events)})
	}
	if h.Elements != nil {
		grid.Elements = elementsOf(q, w, r, s)
	}
	if h.Scroll != nil {
		grid.Reached, grid.Scrolled = depthsOf(q, w, r)
	}
	return grid
}

// elementsOf lists the elements of a page: of all events within the bins, also where the cells count only those of users or sessions.
func elementsOf(q *model.Query, w World, r Range, s Settings) []Element {
	h := q.Heatmap
	ax, ay := h.Axes()
	type click struct {
		Event
		x, y int
	}
	clicks, events := map[Place][]click{}, map[Place][]Event{}
	for _, e := range w.Events {
		x, outX := placeOn(ax, e, s)
		y, outY := placeOn(ay, e, s)
		if !r.contains(e.Time) || !Picks(q, h.EventSelector, e) || outX != nil || outY != nil {
			continue
		}
		column, _ := strconv.Atoi(x.Text)
		row, _ := strconv.Atoi(y.Text)
		place := valuePlace(e, h.Elements.Property)
		clicks[place] = append(clicks[place], click{e, column, row})
		events[place] = append(events[place], e)
	}
	places := topPlaces(h.Elements.Limit, events, func(events []Event) int { return len(events) })
	var list []Element
	for _, place := range places {
		element := Element{Place: place, Left: model.MaxBins, Top: model.MaxBins}
		users := map[string]bool{}
		for of, some := range clicks {
			if of != place && (place.Kind != Other || slices.Contains(places, of)) {
				continue
			}
			for _, c := range some {
				element.Events++
				element.Left, element.Right = min(element.Left, c.x), max(element.Right, c.x)
				element.Top, element.Bottom = min(element.Top, c.y), max(element.Bottom, c.y)
				users[c.User] = true
			}
		}
		delete(users, "")
		element.Users = len(users)
		list = append(list, element)
	}
	return list
}

// depthsOf counts for each edge of the bins down the users who came at least so far, and all who came anywhere.
func depthsOf(q *model.Query, w World, r Range) (reached []int, scrolled int) {
	h := q.Heatmap
	deepest := map[string]*big.Rat{}
	for _, e := range w.Events {
		n, isNumber := numberOf(valueOf(e, h.Scroll.Property))
		picked := Picks(q, h.Scroll.EventSelector, e) && Picks(q, model.EventSelector{Event: model.AnyEvent, Filters: h.Filters}, e)
		if !isNumber || !picked || e.User == "" || !r.contains(e.Time) {
			continue
		}
		if before := deepest[e.User]; before == nil || n.Cmp(before) > 0 {
			deepest[e.User] = n
		}
	}
	for _, from := range h.YBins.Edges() {
		users := 0
		for _, n := range deepest {
			if n.Cmp(edge(from)) >= 0 {
				users++
			}
		}
		reached = append(reached, users)
	}
	return reached, len(deepest)
}

// actorOf returns the actor that a value counts.
func actorOf(v model.HeatmapValue, e Event) (Actor, bool) {
	if v == model.Sessions {
		return e.Actor(model.SessionActor)
	}
	return e.Actor(model.UserActor)
}

// placeOn returns an event's place on an axis, or why it has none.
func placeOn(a model.Axis, e Event, s Settings) (Place, *LeftOut) {
	local := e.Time.In(s.Zone)
	switch a.Dimension {
	case model.HourOfDay:
		return Place{Value, strconv.Itoa(local.Hour())}, nil
	case model.Weekday:
		return Place{Value, strconv.Itoa(int(local.Weekday()))}, nil
	case model.Date:
		return Place{Value, local.Format(time.DateOnly)}, nil
	case model.CalendarMonth:
		return Place{Value, local.Format("2006-01")}, nil
	case model.ByProperty:
		return valuePlace(e, a.Property), nil
	}
	n, isNumber := numberOf(valueOf(e, a.Property))
	if !isNumber {
		return Place{}, &LeftOut{Property: a.Property}
	}
	edges := a.Bins.Edges()
	last := len(edges) - 2
	for bin := range edges[:last+1] {
		above := n.Cmp(edge(edges[bin])) >= 0
		below := n.Cmp(edge(edges[bin+1]))
		if above && (below < 0 || bin == last && below == 0) {
			return Place{Value, strconv.Itoa(bin)}, nil
		}
	}
	return Place{}, &LeftOut{a.Property, true}
}

// edge returns exactly the number that an edge is written as.
func edge(f float64) *big.Rat { return rational(strconv.FormatFloat(f, 'f', -1, 64)) }

func valuePlace(e Event, name string) Place {
	if text, set := PropertyOf(e, name); set {
		return Place{Value, text}
	}
	return Place{Kind: None}
}

// layOut lists an axis' places in order, and moves events whose value has none of its own to the place of the others.
func layOut(h *model.Heatmap, a model.Axis, r Range, s Settings, events []eventPlaces, of func(*eventPlaces) *Place) []Place {
	var texts []string
	switch a.Dimension {
	case model.HourOfDay:
		for hour := range 24 {
			texts = append(texts, strconv.Itoa(hour))
		}
	case model.Weekday:
		for day := range 7 {
			texts = append(texts, strconv.Itoa((int(s.WeekStart)+day)%7))
		}
	case model.Date, model.CalendarMonth:
		layout := map[model.Dimension]string{model.Date: time.DateOnly, model.CalendarMonth: "2006-01"}[a.Dimension]
		first, last := dayNumber(r.From.In(s.Zone)), dayNumber(r.To.Add(-time.Nanosecond).In(s.Zone))
		for day := first; day <= last; day++ {
			texts = append(texts, time.Unix(int64(day)*86400, 0).UTC().Format(layout))
		}
		texts = slices.Compact(texts)
	case model.ByBins:
		for bin := range a.Bins.Edges()[1:] {
			texts = append(texts, strconv.Itoa(bin))
		}
	default:
		return rank(h, a.Limit, events, of)
	}
	var places []Place
	for _, text := range texts {
		places = append(places, Place{Value, text})
	}
	return places
}

// rank lists the values with the most, then the others and the missing, as far as there are any.
func rank(h *model.Heatmap, limit int, events []eventPlaces, of func(*eventPlaces) *Place) []Place {
	groups := map[Place][]Event{}
	for i := range events {
		place := *of(&events[i])
		groups[place] = append(groups[place], events[i].Event)
	}
	places := topPlaces(limit, groups, func(events []Event) int {
		if h.Value == model.Events {
			return len(events)
		}
		return different(events, func(e Event) (Actor, bool) { return actorOf(h.Value, e) })
	})
	for i := range events {
		if place := of(&events[i]); !slices.Contains(places, *place) {
			*place = Place{Kind: Other}
		}
	}
	return places
}

// topPlaces returns the values with the highest totals, by bytes where these are equal, then Other and None if there are any.
func topPlaces(limit int, groups map[Place][]Event, total func([]Event) int) []Place {
	var values []Place
	for place := range groups {
		if place.Kind == Value {
			values = append(values, place)
		}
	}
	slices.SortFunc(values, func(a, b Place) int {
		return cmp.Or(cmp.Compare(total(groups[b]), total(groups[a])), cmp.Compare(a.Text, b.Text))
	})
	if len(values) > limit {
		values = append(values[:limit], Place{Kind: Other})
	}
	if len(groups[Place{Kind: None}]) > 0 {
		values = append(values, Place{Kind: None})
	}
	return values
}

// different counts the different actors of events.
func different(events []Event, of func(Event) (Actor, bool)) int {
	seen := map[Actor]bool{}
	for _, e := range events {
		if actor, known := of(e); known {
			seen[actor] = true
		}
	}
	return len(seen)
}

func cellsOf(h *model.Heatmap, xs, ys []Place, part Place, events []eventPlaces) [][]*float64 {
	inCell := map[[2]Place][]Event{}
	for _, p := range events {
		if p.part == part {
			inCell[[2]Place{p.x, p.y}] = append(inCell[[2]Place{p.x, p.y}], p.Event)
		}
	}
	cells := make([][]*float64, len(xs))
	for i, x := range xs {
		cells[i] = make([]*float64, len(ys))
		for j, y := range ys {
			inside := inCell[[2]Place{x, y}]
			value := float64(len(inside))
			if h.Value != model.Events {
				value = float64(different(inside, func(e Event) (Actor, bool) { return actorOf(h.Value, e) }))
			}
			if h.Value == model.EventsPerUser {
				if len(inside) == 0 {
					continue
				}
				value = float64(len(inside)) / value
			}
			cells[i][j] = &value
		}
	}
	return cells
}
