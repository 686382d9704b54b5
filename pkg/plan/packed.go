package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Packed is a property that a scan reads from closed days.
type Packed struct {
	name string
	// path is how event_properties names it.
	path []string
	// types are the event types of which it is asked; nil for all.
	types []string
}

// Path returns the property's name in event_properties: a column, or "metadata" and the names that lead into it; nil for the event's type, which
// every block has of itself.
func (p *Packed) Path() []string {
	if p.name == eventType {
		return nil
	}
	return p.path
}

// sessionID and eventType are properties that are packed in ways of their own.
const (
	sessionID = "session_id"
	eventType = "event_type"
)

// packable reports whether closed days may keep a property.
func packable(name string) bool {
	return name != userID && name != sessionID
}

// Packed returns the properties that the scan's filters and its value need, each once.
func (s *Scan) Packed() []Packed {
	var list []Packed
	need := func(name, event string) {
		if isUserFact(name) {
			return
		}
		i := slices.IndexFunc(list, func(p Packed) bool { return p.name == name })
		if i < 0 {
			property := parseProperty(name)
			i = len(list)
			list = append(list, Packed{name: name, path: append([]string{property.Column}, property.Path...), types: []string{}})
		}
		switch p := &list[i]; {
		case event == model.AnyEvent:
			p.types = nil
		case p.types != nil && !slices.Contains(p.types, event):
			p.types = append(p.types, event)
		}
	}
	for _, f := range s.Filters {
		need(f.Property, model.AnyEvent)
	}
	for i, p := range s.Picks {
		for _, f := range p.Filters {
			need(f.Property, p.Event)
		}
		if s.Value != "" && s.ValueOf>>i&1 == 1 {
			need(s.Value, p.Event)
		}
	}
	return list
}

// NotPacked plans the list of closed days of the range on which a property of the scan is not packed, as rows of (day, size): size is 0 there.
// For other days it is how many values the scan's dictionaries have.
func (s *Scan) NotPacked() Statement {
	var args arguments
	var missing, sizes []string
	for _, p := range s.Packed() {
		if p.name == eventType {
			continue
		}
		path := args.bind(p.path, "text[]")
		where := p.ofTypes(&args, "p")
		sizes = append(sizes, all(where, []string{"property = " + path}))
		missing = append(missing, all(where, []string{
			"property = (" + path + ")[1:cardinality(property)]",
			"(property = " + path + " OR holds = 'more' AND (cardinality(property) > 1 OR NOT EXISTS (" +
				"SELECT FROM event_properties q WHERE (q.day, q.event_type, q.part) = (p.day, p.event_type, p.part) AND q.property = " + path + ")))",
		}))
	}
	if sizes == nil {
		sizes, missing = []string{"false"}, []string{"false"}
	}
	within := all(s.daysWithin(&args))
	sql := lines(
		"SELECT day, 0::bigint AS size FROM closed_days WHERE NOT properties AND events > 0 AND "+within,
		"UNION",
		"SELECT day, 0 FROM event_properties p WHERE holds <> 'values' AND "+within+" AND (("+strings.Join(missing, ") OR (")+"))",
		"UNION ALL",
		"SELECT day, sum(size) FROM event_properties p WHERE holds = 'values' AND "+within+" AND (("+strings.Join(sizes, ") OR (")+"))",
		"GROUP BY day HAVING sum(size) > 0",
	)
	return Statement{SQL: sql, Args: args, Source: closedDays, Reason: say.New("reason.which-properties", "which properties are packed")}
}

// ofTypes returns the condition for the event types of which the property is asked.
func (p *Packed) ofTypes(args *arguments, table string) []string {
	if p.types == nil {
		return nil
	}
	return []string{table + ".event_type = ANY(" + args.bind(p.types, "text[]") + ")"}
}

// daysWithin returns the conditions for the days that touch the range.
func (s *Scan) daysWithin(args *arguments) []string {
	where := []string{"day <= " + args.bind(dayOf(s.To), "date")}
	if !s.From.IsZero() {
		where = append(where, "day >= "+args.bind(dayOf(s.From), "date"))
	}
	return where
}

// types returns the condition for the rows of event_blocks with event types that the scan reads.
func (s *Scan) types(args *arguments) []string {
	if names := s.eventNames(); names != nil {
		return []string{"b.event_type = ANY(" + args.bind(names, "text[]") + ")"}
	}
	return nil
}

// blocks returns the conditions for the rows of event_blocks that the scan reads of some days.
func (s *Scan) blocks(args *arguments, days any) []string {
	where := append([]string{"b.day = ANY(" + args.bind(days, "date[]") + ")"}, s.types(args)...)
	if s.Actor == model.UserActor {
		where = append(where, "b.part >= 0")
	}
	return where
}

// codes returns the subquery for a slice of a property's codes.
func (s *Scan) codes(args *arguments, slice func(column, width string) string, path []string) string {
	return "(SELECT " + slice("p.codes", "p.width") + " FROM event_properties p WHERE (p.day, p.event_type, p.part) = (b.day, b.event_type, b.part) AND p.property = " +
		args.bind(path, "text[]") + ")"
}

// Columns says what to read of event_blocks, and of the scan's packed properties, by their index in [Scan.Packed].
type Columns struct {
	Keys, Times, Sessions bool
	Codes                 []bool
}

// Blocks plans the list of rows of event_blocks that a piece of closed days needs, as rows of (day, event_type, part, events).
func (s *Scan) Blocks(p Piece) Statement {
	var args arguments
	sql := lines("SELECT day, event_type, part, slices["+fmt.Sprint(Slices+1)+"] AS events", "FROM event_blocks b", "WHERE "+all(s.blocks(&args, p.Days)), "ORDER BY day, event_type, part")
	return Statement{SQL: sql, Args: args, Source: closedDays, Reason: say.New("reason.which-blocks", "which events closed days have")}
}

// ReadMeanings plans what the codes of the scan's packed properties mean, as rows of (day, event_type, part, property, masks, texts). property
// counts from 0. masks has 8 bytes for each code from 0 on: the selectors that pick an event with that value, as far as this property tells; null
// if it tells nothing. texts has the values of the codes from 1 on, null unless it is the scan's value. Where the codes are null, all events
// have the code 0 or, of event_type, 1.
func (s *Scan) ReadMeanings(p Piece) Statement {
	var args arguments
	var selects []string
	for i, property := range s.Packed() {
		v := value{text: "d.value"}
		if len(property.path) > 1 {
			v = value{text: "(d.json #>> '{}')", json: "d.json"}
		}
		masks, texts := "NULL::bytea", "NULL::text[]"
		if mask := s.mask(&args, property.name, v); mask != "" {
			masks = "string_agg(int8send(" + mask + "), '' ORDER BY place)"
		}
		if property.name == s.Value {
			texts = "array_agg(" + v.oneText() + " ORDER BY place) FILTER (WHERE place > 1)"
		}
		entry := "SELECT value, place"
		if v.json != "" {
			entry += ", value::jsonb AS json"
		}
		dictionary, from := "ARRAY[b.event_type]", "event_blocks b"
		if property.name != eventType {
			dictionary = "p.dictionary"
			from += " LEFT JOIN event_properties p ON (p.day, p.event_type, p.part) = (b.day, b.event_type, b.part) AND p.property = " + args.bind(property.path, "text[]")
		}
		where := s.blocks(&args, p.Days)
		selects = append(selects, lines(
			"SELECT b.day, b.event_type, b.part, "+fmt.Sprint(i)+" AS property, m.masks, m.texts",
			"FROM "+from+" CROSS JOIN LATERAL (",
			"    SELECT "+masks+" AS masks, "+texts+" AS texts",
			"    FROM ("+entry+" FROM unnest(array_prepend(NULL, "+dictionary+")) WITH ORDINALITY AS d (value, place)) d",
			") m",
			"WHERE "+all(where, property.ofTypes(&args, "b")),
		))
	}
	return Statement{
		SQL: strings.Join(selects, "\nUNION ALL\n"), Args: args, Source: closedDays,
		Reason: say.New("reason.meanings", "what the packed properties hold"),
	}
}

// mask returns the SQL for the selectors that pick an event, as far as one property tells; empty if it tells nothing.
func (s *Scan) mask(args *arguments, name string, v value) string {
	return s.maskOf(args, func(filters []model.Filter) (conditions []string) {
		for i := range filters {
			if filters[i].Property == name {
				conditions = append(conditions, args.filterOn(&filters[i], v))
			}
		}
		return conditions
	})
}

// maskOf returns the SQL for the selectors that pick an event, as far as some of the filters tell, which of turns into conditions; empty if there are
// none.
func (s *Scan) maskOf(args *arguments, of func([]model.Filter) []string) string {
	var always uint64
	var bits []string
	for i, p := range s.Picks {
		if conditions := of(p.Filters); conditions != nil {
			bits = append(bits, "CASE WHEN "+all(conditions)+" THEN "+args.bind(int64(uint64(1)<<i), "bigint")+" ELSE 0 END")
		} else {
			always |= 1 << i
		}
	}
	shared := of(s.Filters)
	if bits == nil && shared == nil {
		return ""
	}
	mask := strings.Join(append(bits, args.bind(int64(always), "bigint")), " | ")
	if shared != nil {
		mask = "CASE WHEN " + all(shared) + " THEN " + mask + " ELSE 0 END"
	}
	return mask
}
