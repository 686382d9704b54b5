package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Scan says which events an analysis follows, actor by actor, and what it needs to know of each.
type Scan struct {
	// Actor is what events are grouped by. Events without an actor are left out. With [Anyone], all events count, in no order.
	Actor model.Actor
	// Filters hold for all events.
	Filters []model.Filter
	// Picks are the selectors, at most [MaxPicks]; events that none of them picks are left out.
	Picks []*model.EventSelector
	// Value is a property to read with the events; empty for none. ValueOf has a bit for each selector whose events need it.
	Value   string
	ValueOf uint64
	// Aliases says that some events count for other users than they are stored under. The rows have the keys under which events are stored.
	Aliases bool
	// Range is the time to read; a zero From means from the beginning.
	model.Range
}

// Anyone is the actor of a scan that does not ask who did something.
const Anyone model.Actor = ""

// MaxPicks is how many selectors a scan can tell apart.
const MaxPicks = 64

// Day is what is known of a day (UTC) that is over.
type Day struct {
	// Start is its midnight.
	Start time.Time
	// End is the midnight after it or, if no events lie in between, the start of the next day that is known.
	End time.Time
	// Closed says that the day is packed, with all its events.
	Closed bool
	// Events is how many events the day had when it was packed; 0 if it never was.
	Events int64
	// Changes is how often the day got events after it was over.
	Changes int64
}

// touches reports whether the day itself, without empty days after it, overlaps the range.
func (d Day) touches(r model.Range) bool {
	return d.Start.AddDate(0, 0, 1).After(r.From) && d.Start.Before(r.To)
}

// Days plans the list of days of the range that are packed or got late events, in order, as rows of (day, closed, events, changes, until),
// see [Day]. Days are packed in order: a day before the last packed one that is in neither state has no events.
func Days(r model.Range) Statement {
	var args arguments
	sql := lines(
		"SELECT day, closed, events, changes, until",
		"FROM (",
		"    SELECT day, coalesce(c.changes = coalesce(l.changes, 0), false) AS closed, coalesce(events, 0) AS events, coalesce(l.changes, 0) AS changes,",
		"        CASE WHEN day < max(c.day) OVER () THEN lead(day) OVER (ORDER BY day) ELSE day + 1 END AS until",
		"    FROM closed_days c FULL JOIN late_days l USING (day)",
		") known",
		"WHERE until > "+args.bind(dayOf(r.From), "date")+" AND day <= "+args.bind(dayOf(r.To), "date"),
		"ORDER BY day",
	)
	return Statement{SQL: sql, Args: args, Source: closedDays, Reason: say.New("reason.which-days", "which days are packed")}
}

const closedDays = "closed days"

// Piece is a part of a scan that one source answers.
type Piece struct {
	// Days are the midnights of the closed days to read; nil for raw events.
	Days []time.Time
	// Range is the time that is read; only events in it count, also within Days.
	model.Range
	// Reason says why the source was chosen.
	Reason say.Text
}

// Pieces chooses the sources of a scan: closed days, which cost about a twentieth, wherever they give the same answer, and raw
// events for the rest.
func (s *Scan) Pieces(days []Day) []Piece {
	if reason := s.needsRaw(); reason.ID != "" {
		return []Piece{{Range: s.Range, Reason: reason}}
	}
	closed := Piece{Range: s.Range, Reason: say.New("reason.packed", "the packed events of days that are over")}
	pieces := []Piece{}
	rest := s.Range
	for _, d := range days {
		if !d.Closed || !d.End.After(s.From) || !d.Start.Before(s.To) {
			continue
		}
		if d.Start.After(rest.From) {
			pieces = append(pieces, Piece{Range: model.Range{From: rest.From, To: d.Start}, Reason: say.New("reason.not-closed", "days that are not closed")})
		}
		if d.touches(s.Range) {
			closed.Days = append(closed.Days, d.Start)
		}
		rest.From = d.End
	}
	if rest.From.Before(rest.To) {
		pieces = append(pieces, Piece{Range: rest, Reason: say.New("reason.not-closed", "days that are not closed")})
	}
	if closed.Days != nil {
		pieces = append(pieces, closed)
	}
	return pieces
}

// needsRaw returns what a scan asks for that no closed day has; empty if some may have everything.
func (s *Scan) needsRaw() say.Text {
	for _, name := range append(properties(s.Filters, s.Picks...), s.Value) {
		if name != "" && !packable(name) {
			return say.New("reason.not-packed", "closed days do not keep {{property}}", name)
		}
	}
	return say.Text{}
}

// Slices is the number of slices, of about as many actors each, that a scan can be cut into.
const Slices = 128

// Part is a run of slices, From inclusive, To exclusive.
type Part struct{ From, To int }

// Everybody is the part with all slices.
var Everybody = Part{0, Slices}

// Parts cuts a scan into n equal parts.
func Parts(n int) []Part {
	parts := make([]Part, n)
	for i := range parts {
		parts[i] = Part{i * Slices / n, (i + 1) * Slices / n}
	}
	return parts
}

// firstKey returns the smallest key of a slice: the upper seven bits of a key number the slices.
func firstKey(slice int) int64 { return int64(slice-Slices/2) << 57 }

// ReadClosed plans the reading of the wanted columns of a piece of closed days, as rows of (day, event_type, part, slices, user_keys, times,
// session_keys) and the codes of each of the scan's packed properties; see event_blocks and event_properties. Columns that are not wanted are null.
// Where the codes of a property are null, all events have the code 0 or, of event_type, 1. slices is that of all events.
func (s *Scan) ReadClosed(p Piece, part Part, want Columns) Statement {
	var args arguments
	slice := func(column, _ string) string { return column }
	if part != Everybody {
		from, to := args.bind(part.From+1, "int"), args.bind(part.To+1, "int")
		slice = func(column, width string) string {
			return "substring(" + column + " FROM slices[" + from + "] * " + width + " + 1 FOR (slices[" + to + "] - slices[" + from + "]) * " + width + ")"
		}
	}
	columns := []string{"day, event_type, part, slices"}
	add := func(name string, wanted bool, column func() string) {
		if wanted {
			columns = append(columns, column()+" AS "+name)
		} else {
			columns = append(columns, "NULL::bytea AS "+name)
		}
	}
	add("user_keys", want.Keys, func() string { return slice("user_keys", "8") })
	add("times", want.Times, func() string { return slice("times", "8") })
	add("session_keys", want.Sessions, func() string { return s.codes(&args, slice, []string{sessionID}) })
	for i, property := range s.Packed() {
		add(fmt.Sprint("codes_", i+1), want.Codes[i], func() string { return s.codes(&args, slice, property.path) })
	}
	sql := lines("SELECT "+strings.Join(columns, ",\n    "), "FROM event_blocks b", "WHERE "+all(s.blocks(&args, p.Days)))
	return Statement{SQL: sql, Args: args, Source: closedDays, Reason: p.Reason}
}

// PicksOf returns the bits of the selectors that pick events of that type, whatever their filters say.
func (s *Scan) PicksOf(eventType string) uint64 {
	var picks uint64
	for i, p := range s.Picks {
		if p.Event == eventType || p.Event == model.AnyEvent {
			picks |= 1 << i
		}
	}
	return picks
}

// ReadRaw plans the reading of a piece of raw events, as rows of (actor, time, picks), in no particular order. Rows also have the value if
// the scan asks for a property and, for sessions where there are aliases, the key of the user under which the event is stored.
func (s *Scan) ReadRaw(p Piece, part Part) Statement {
	var args arguments
	looked := append(properties(s.Filters, s.Picks...), s.Value)
	if s.Actor == model.SessionActor {
		looked = append(looked, userID)
	}
	userKey := "e.user_key"
	if s.Aliases && slices.ContainsFunc(looked, ofUser) {
		userKey = "e.stored_key"
	}
	actor, where := s.actor(&args, userKey, part)
	where = append(where, "e.time < "+args.timestamp(p.To))
	if !p.From.IsZero() {
		where = append(where, "e.time >= "+args.timestamp(p.From))
	}
	if names := s.eventNames(); names != nil {
		where = append(where, "e.event_type = ANY("+args.bind(names, "text[]")+")")
	}
	picks := s.picks(&args)
	columns := actor + " AS actor, e.time AS time, " + picks + " AS picks"
	if s.Value != "" {
		value := args.property(s.Value)
		if s.ValueOf != 1<<len(s.Picks)-1 {
			value = "CASE WHEN " + picks + " & " + args.bind(int64(s.ValueOf), "bigint") + " <> 0 THEN " + value + " END"
		}
		columns += ", " + value + " AS value"
	}
	if s.TellsStored() {
		columns += ", " + userKey + " AS stored_key"
	}
	sql := lines("SELECT "+columns, "FROM "+eventsWith(s.Aliases, looked...), "WHERE "+all(where, args.filters(s.Filters)))
	if slices.ContainsFunc(s.Picks, func(p *model.EventSelector) bool { return len(p.Filters) > 0 }) {
		sql = lines("SELECT * FROM (", indent(sql), ") picked", "WHERE picks <> 0")
	}
	return Statement{SQL: sql, Args: args, Source: rawEvents, Reason: p.Reason}
}

// TellsStored reports whether the rows of [Scan.ReadRaw] end with the key of the user under which the event is stored.
func (s *Scan) TellsStored() bool { return s.Aliases && s.Actor == model.SessionActor }

// sessionKey is the SQL for a session's key: a hash of its id, mixed with its user's key if a user is known. The upper seven bits are then the
// user's, so that a session lies in its user's slice.
const sessionKey = `CASE e.user_key WHEN 0 THEN hashtextextended(e.session_id, 0)
    ELSE (e.user_key & (-144115188075855872)) | ((hashtextextended(e.session_id, 0) # e.user_key) & 144115188075855871) END`

// SessionKey returns what sessionKey does, given the hash of the session's id.
func SessionKey(userKey, hash int64) int64 {
	const ofSession = 1<<57 - 1
	if userKey == 0 {
		return hash
	}
	return userKey&^ofSession | (hash^userKey)&ofSession
}

// actor returns the SQL for the actor's key, and the conditions for the actors of a part. userKey is the column by which events are cut
// into parts; it is also the key of users.
func (s *Scan) actor(args *arguments, userKey string, part Part) (key string, where []string) {
	switch s.Actor {
	case Anyone:
		return "0::bigint", part.holds(args, userKey)
	case model.UserActor:
		return userKey, append([]string{userKey + " <> 0"}, part.holds(args, userKey)...)
	}
	where = []string{"e.session_id IS NOT NULL"}
	if ofUsers := part.holds(args, userKey); ofUsers != nil {
		ofNobody := part.holds(args, "hashtextextended(e.session_id, 0)")
		where = append(where, "("+all([]string{userKey + " <> 0"}, ofUsers)+" OR "+all([]string{userKey + " = 0"}, ofNobody)+")")
	}
	return sessionKey, where
}

// holds returns the conditions under which a key belongs to the part; nil if the part is everything.
func (p Part) holds(args *arguments, key string) []string {
	var where []string
	if p.From > 0 {
		where = append(where, key+" >= "+args.bind(firstKey(p.From), "bigint"))
	}
	if p.To < Slices {
		where = append(where, key+" < "+args.bind(firstKey(p.To), "bigint"))
	}
	return where
}

// picks returns the SQL for the bits of the selectors that pick an event.
func (s *Scan) picks(args *arguments) string {
	var bits []string
	plain := map[string]uint64{} // by event type, of the selectors without filters
	var types []string
	for i, p := range s.Picks {
		if len(p.Filters) > 0 {
			bits = append(bits, "CASE WHEN "+all(args.selects(p))+" THEN "+args.bind(int64(uint64(1)<<i), "bigint")+" ELSE 0 END")
			continue
		}
		if _, seen := plain[p.Event]; !seen {
			types = append(types, p.Event)
		}
		plain[p.Event] |= 1 << i
	}
	var cases []string
	for _, name := range types {
		if bit := args.bind(int64(plain[name]), "bigint"); name == model.AnyEvent {
			bits = append(bits, bit)
		} else {
			cases = append(cases, "WHEN "+args.bind(name, "text")+" THEN "+bit)
		}
	}
	if cases != nil {
		bits = append(bits, "CASE e.event_type "+strings.Join(cases, " ")+" ELSE 0 END")
	}
	return "(" + strings.Join(bits, " | ") + ")"
}

// eventNames returns the event types that the selectors name; nil for any.
func (s *Scan) eventNames() []string {
	var names []string
	for _, p := range s.Picks {
		if p.Event == model.AnyEvent {
			return nil
		}
		if !slices.Contains(names, p.Event) {
			names = append(names, p.Event)
		}
	}
	return names
}
