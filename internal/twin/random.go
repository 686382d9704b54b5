package twin

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Scenario is a random world with everything it takes to ask about it.
type Scenario struct {
	Seed     uint64
	World    World
	Range    Range
	Settings Settings
	Queries  []*model.Query
}

// places are zones with a date at which something happens there: clocks change (at 2:00, by half an hour, or at midnight,
// which then is skipped or comes twice), a year ends, a February has 29 days.
var places = []struct {
	zone string
	date string
}{
	{"UTC", "2026-01-01"},
	{"UTC", "2024-02-29"},
	{"America/New_York", "2026-03-08"},
	{"America/New_York", "2026-11-01"},
	{"America/New_York", "2026-01-01"},
	{"Asia/Kathmandu", "2025-12-31"},
	{"Asia/Kathmandu", "2026-06-15"},
	{"Australia/Lord_Howe", "2026-04-05"},
	{"Australia/Lord_Howe", "2026-10-04"},
	{"America/Havana", "2026-03-08"},
	{"America/Havana", "2025-11-02"},
	{"Atlantic/Azores", "2026-10-25"},
	{"Africa/Cairo", "2026-04-24"},
	{"America/Santiago", "2026-09-06"},
	{"Pacific/Kiritimati", "2026-02-28"},
}

// Random makes the scenario of a seed: few users and few different times, so that ties, repeats and edges are the rule.
func Random(seed uint64, queries int) Scenario {
	g := generator{rand.New(rand.NewPCG(seed, 0))}
	return g.scenario(seed, queries, []string{"u1", "u2", "u3", "ü4", "U1"}[:1+g.IntN(5)])
}

// RandomCrowd makes a scenario of many users, each with as few events as those of [Random]. As what one user did says nothing
// about another, a question asked of it compares as many small worlds at once.
func RandomCrowd(seed uint64, queries, users int) Scenario {
	g := generator{rand.New(rand.NewPCG(seed, 1))}
	names := make([]string, users)
	for i := range names {
		names[i] = fmt.Sprintf("u%d", i)
	}
	return g.scenario(seed, queries, names)
}

func (g generator) scenario(seed uint64, queries int, users []string) Scenario {
	place := pick(g, places)
	zone, err := time.LoadLocation(place.zone)
	if err != nil {
		panic(err)
	}
	window := pick(g, []string{"1s", "90s", "30m", "1h", "24h", "2d", "1w"})
	date, err := time.Parse(time.DateOnly, place.date)
	if err != nil {
		panic(err)
	}
	times := g.times(date, zone, (&model.Funnel{Window: window}).WindowDuration())
	s := Scenario{Seed: seed, World: g.world(times, users), Range: g.timeRange(times)}
	rare := generator{rand.New(rand.NewPCG(seed, 3))}
	rare.hum(&s.World, times)
	rare.stray(&s.World, times, users)
	s.World.Aliases = generator{rand.New(rand.NewPCG(seed, 2))}.aliases(users)
	s.Settings = Settings{Zone: zone, WeekStart: pick(g, []time.Weekday{time.Monday, time.Sunday, time.Saturday}), Now: g.now(times)}
	for range queries {
		s.Queries = append(s.Queries, g.query(place.zone, window, s.Range))
	}
	return s
}

// aliases makes, in about a third of the worlds, some of the users others, or somebody who did nothing under its own id.
func (g generator) aliases(users []string) map[string]string {
	if g.chance(67) {
		return nil
	}
	aliases := map[string]string{}
	known := []string{"somebody"}
	for _, user := range users {
		if g.chance(50) {
			known = append(known, user)
		}
	}
	for _, user := range append([]string{"silent"}, users...) {
		if !slices.Contains(known, user) {
			aliases[user] = pick(g, known)
		}
	}
	return aliases
}

// hum adds, to some worlds, events of nobody every few days, so that there is a history.
func (g generator) hum(w *World, times []time.Time) {
	if g.chance(75) {
		return
	}
	every, t := time.Duration(1+g.IntN(6))*24*time.Hour, slices.MaxFunc(times, time.Time.Compare)
	for i := range 20 + g.IntN(20) {
		w.Events = append(w.Events, Event{Time: t.Add(-time.Duration(i) * every).UTC(), Type: "hum", ID: fmt.Sprintf("00000000-0000-4000-9000-%012x", i)})
	}
}

// stray adds, to some worlds, events of wrong clocks: of 1970, and of any time before all others.
func (g generator) stray(w *World, times []time.Time, users []string) {
	if g.chance(75) {
		return
	}
	first := slices.MinFunc(times, time.Time.Compare)
	for i := range 1 + g.IntN(6) {
		t := time.Unix(0, 0)
		if g.chance(70) {
			t = first.Add(-time.Duration(g.IntN(pick(g, []int{30, 400, 15_000}))) * 24 * time.Hour).Truncate(time.Microsecond)
		}
		e := Event{Time: t.UTC(), User: pick(g, users), Type: pick(g, eventNames), ID: fmt.Sprintf("ffffffff-0000-4000-8000-%012x", i)}
		for _, other := range w.Events {
			if other.User == e.User {
				e.Profile, e.Segments = other.Profile, other.Segments
			}
		}
		w.Events = slices.Insert(w.Events, g.IntN(len(w.Events)+1), e)
	}
}

type generator struct{ *rand.Rand }

func pick[T any](g generator, values []T) T { return values[g.IntN(len(values))] }

func (g generator) chance(percent int) bool { return g.IntN(100) < percent }

// times returns the few moments at which something can happen: around each other, around windows and around midnights.
func (g generator) times(date time.Time, zone *time.Location, window time.Duration) []time.Time {
	year, month, day := date.Date()
	spread := pick(g, []int{1, 3, 10, 40, 100})
	midnight := func() time.Time { return time.Date(year, month, day+g.IntN(2*spread+1)-spread, 0, 0, 0, 0, zone) }
	times := []time.Time{time.Date(year, month, day, g.IntN(4), 30*g.IntN(2), 0, 0, zone)}
	for range 3 + g.IntN(7) {
		var t time.Time
		switch g.IntN(9) {
		case 0, 1, 2:
			t = pick(g, times).Add(window)
		case 3:
			t = pick(g, times).Add(window / time.Duration(2+g.IntN(3)))
		case 4:
			t = midnight()
		case 5:
			t = midnight().Add(time.Duration(g.IntN(96)) * 15 * time.Minute)
		case 6:
			t = pick(g, times).Add(time.Duration(g.IntN(5)-2) * time.Hour)
		case 7:
			t = pick(g, times).AddDate(0, g.IntN(3)-1, g.IntN(15)-7)
		case 8:
			t = pick(g, times).In(zone).AddDate(0, 0, -7*(1+g.IntN(4)))
		}
		times = append(times, t.Add(time.Duration(pick(g, []int{-1, 0, 0, 0, 1}))*time.Microsecond).UTC().Truncate(time.Microsecond))
	}
	return times
}

var (
	eventNames = []string{"view", "view", "view", "cart", "cart", "pay", "pay 100%_'\"\\"}
	channels   = []any{
		nil, "", "ads", "Ads", "ads", "z", "Zebra", "é", "日本", "a.b", "100%", "a_b", `a\b`, "it's", "Other", "(none)", "null", " 5", "5\n", "NaN",
		true, false, json.Number("10"), json.Number("10.50"), json.Number("-3"), json.Number("1e2"), json.Number("2.5E-3"), json.Number("0.0"),
		"10", "9.5", "+7", ".5", "5.", "010", "1e2", "-1e-400", "1e999", "1e1000", "12345678901234567890.00000000000000000001",
		"99999999999999999999999999999999999999999", "0x10", "1_000", "٣",
		json.Number("12"), json.Number("12.0"), json.Number("1.2e1"), "12", "12.0", json.Number("-0.0"), json.Number("1e60"), "ads\nz", "the ads",
		json.Number("123456789012345678901234567890"), json.Number("123456789012345678901234567891"), "123456789012345678901234567890",
	}
	devices = []string{"", "mobile", "desktop", "Mobile", "tablet"}
	pages   = []string{"", "/", "/shop?a=1&b=%20", "https://example.com/Ä"}
)

func (g generator) world(times []time.Time, users []string) World {
	var w World
	for i := range g.IntN(14 * len(users)) {
		e := Event{
			Time: pick(g, times), User: pick(g, users), Type: pick(g, eventNames),
			DeviceType: pick(g, devices), PageURL: pick(g, pages), Metadata: g.metadata(),
			ID: fmt.Sprintf("%08x-0000-4000-8000-%012x", g.Uint32(), i),
		}
		if g.chance(8) {
			e.User = ""
		}
		if g.chance(50) {
			e.SessionID = fmt.Sprintf("s%d", g.IntN(1+len(users)/2))
		}
		w.Events = append(w.Events, e)
	}
	g.addProfiles(&w)
	return w
}

func (g generator) metadata() map[string]any {
	m := map[string]any{}
	if g.chance(75) {
		m["channel"] = pick(g, channels)
	}
	if g.chance(40) {
		m["cart"] = map[string]any{"total": pick(g, channels), "a.b": pick(g, channels)}
	} else if g.chance(20) {
		m["cart"] = pick(g, channels)
	}
	if g.chance(20) {
		m["tags"] = []any{pick(g, channels), pick(g, channels)}
	}
	if g.chance(50) {
		m["x"], m["y"] = g.onPage(), g.onPage()
	}
	return m
}

// onPage makes up a place on a page, across or down: a number, mostly.
func (g generator) onPage() any {
	if g.chance(15) {
		return pick(g, channels)
	}
	return json.Number(pick(g, []string{"0", "5", "9.5", "10", "12", "12.0", "20", "25", "29.5"}))
}

// timeRange has milliseconds, as Grafana's ranges do.
func (g generator) timeRange(times []time.Time) Range {
	edge := func() time.Time {
		return pick(g, times).Add(time.Duration(pick(g, []int{-1000, -1, 0, 0, 0, 1, 86400_000})) * time.Millisecond).Truncate(time.Millisecond)
	}
	r := Range{From: edge(), To: edge()}
	if r.To.Before(r.From) {
		r.From, r.To = r.To, r.From
	}
	if g.chance(50) {
		r.From = r.From.AddDate(0, 0, -g.IntN(120))
	}
	if g.chance(30) {
		r.To = r.To.AddDate(0, 0, g.IntN(60))
	}
	if !r.From.Before(r.To) {
		r.To = r.From.Add(time.Millisecond)
	}
	return r
}

// now returns a present time: mostly long after all events, else among them.
func (g generator) now(times []time.Time) time.Time {
	if g.chance(50) {
		return pick(g, times).AddDate(1, 0, 0)
	}
	return pick(g, times).Add(pick(g, []time.Duration{0, 0, time.Microsecond, time.Hour, 24 * time.Hour}))
}

func (g generator) query(zone, window string, r Range) *model.Query {
	q := model.Query{TimeZone: zone, Filters: g.filters(15)}
	switch g.IntN(13) {
	case 0, 1:
		q.QueryType, q.Funnel = model.FunnelType, g.funnel(window, r)
	case 2, 3:
		q.QueryType, q.Retention = model.RetentionType, g.retention(r)
	case 4:
		q.QueryType, q.Trend = model.TrendType, g.trend(r)
	case 5:
		q.QueryType, q.Timeline = model.TimelineType, g.timeline()
	case 6:
		q.QueryType, q.Anomalies = model.AnomaliesType, g.anomalies(window, r)
	case 7:
		q.QueryType, q.Lifecycle = model.LifecycleType, g.lifecycle(r)
	case 8:
		q.QueryType, q.Stickiness = model.StickinessType, g.stickiness(r)
	case 9:
		q.QueryType, q.Paths = model.PathsType, g.paths(window)
	case 10:
		q.QueryType, q.Annotations = model.AnnotationsType, g.annotations()
	default:
		q.QueryType, q.Heatmap = model.HeatmapType, g.heatmap()
	}
	return normal(q)
}

// normal returns a query as the plugin would read it: with defaults, and valid.
func normal(q model.Query) *model.Query {
	raw, err := json.Marshal(q)
	if err != nil {
		panic(err)
	}
	parsed, err := model.Parse(raw)
	if err != nil {
		panic(err)
	}
	return parsed
}

func (g generator) selector(filtered int) model.EventSelector {
	s := model.EventSelector{Event: pick(g, eventNames), Filters: g.filters(filtered)}
	if g.chance(15) {
		s.Event = model.AnyEvent
	}
	return s
}

func (g generator) filters(percent int) []model.Filter {
	var filters []model.Filter
	for len(filters) < 3 && g.chance(percent) {
		filters = append(filters, g.filter())
	}
	return filters
}

var (
	properties = []string{
		"event_type", "page_url", "device_type", "session_id", "user_id", "metadata.channel", "metadata.channel", "metadata.channel", "user_id",
		"metadata.cart.total", `metadata.cart.a\.b`, "metadata.tags.0", "metadata.tags.-1", "metadata.nothing",
		"profile.segment", "profile.tags", "profile.favorite_categories", "profile.total_clicks", "profile.consent",
		"profile.traits.plan", `profile.traits.a\.b.c`, "profile.scores.churn", "profile.traits.nothing",
	}
	texts = []string{
		"view", "u1", "U1", "s1", "mobile", "Mobile", "/", "ads", "Ads", "z", "é", "日本", "a.b", "100%", "%", "_", `\`, `a\b`, "'", "",
		"Other", "null", "true", "vip", "shoes,hats", ",", "10", "10.50", "10.5", "100", "0.0025", "5\n",
		"12", "12.0", "12.0", "1.2e1", "+12", "12.", "012", "0", "0.0", "123456789012345678901234567890", "123456789012345678901234567891.0", "1e60", "1E999",
		`"12"`, "[12]", "9", "9.0",
	}
	numbers = []string{
		"0", "-0", "10", "9.50", "1e2", "100", "-3", "+7", ".5", "5.", "0.0025", "1e-400", "1e999",
		"12345678901234567890", "12345678901234567890.00000000000000000002", "12", "12.0", "123456789012345678901234567890", "1e59",
	}
	patterns = []string{
		"^a", "s$", "^(ads|z)$", "[0-9]+", "a.b", "^[A-Z]", "^$", "é|日", `\.`, `\bads\b`, `ds\b`, `\Bds`, `^12$`, "s.z", `(?s)s.z`, `(?m)^z`,
		`\Qa.b\E`, `(?P<name>ad)s`, `\x61ds`, `\x{61}ds\z`, `\Aads`, `[\]a]`, `(?i)ADS`, `a{1,}?d`,
	}
)

func (g generator) filter() model.Filter {
	if g.chance(10) {
		return g.segmentFilter()
	}
	f := model.Filter{Property: pick(g, properties), Operator: pick(g, []model.Operator{
		model.Equal, model.NotEqual, model.In, model.NotIn, model.Contains, model.Matches,
		model.Less, model.LessOrEqual, model.Greater, model.GreaterOrEqual, model.IsSet, model.IsNotSet,
	})}
	switch f.Operator {
	case model.IsSet, model.IsNotSet:
	case model.Matches:
		f.Values = []string{pick(g, patterns)}
	case model.Less, model.LessOrEqual, model.Greater, model.GreaterOrEqual:
		f.Values = []string{pick(g, numbers)}
	case model.In, model.NotIn:
		for range 1 + g.IntN(5) {
			f.Values = append(f.Values, pick(g, texts))
		}
	default:
		f.Values = []string{pick(g, texts)}
	}
	return f
}

// segmentFilter filters by segments.
func (g generator) segmentFilter() model.Filter {
	f := model.Filter{Property: model.SegmentProperty, Operator: pick(g, []model.Operator{model.Equal, model.NotEqual, model.In, model.NotIn})}
	f.Values = []string{pick(g, SegmentNames)}
	if f.Operator == model.In || f.Operator == model.NotIn {
		for g.chance(50) {
			f.Values = append(f.Values, pick(g, SegmentNames))
		}
	}
	return f
}

func (g generator) breakdownProperty() string {
	if g.chance(25) {
		return model.SegmentProperty
	}
	return pick(g, properties)
}
