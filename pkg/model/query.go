package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/footfall-analytics/footfall/pkg/say"
)

// SchemaVersion is the version of the saved query that this package reads and writes.
const SchemaVersion = 1

// QueryType says which analysis a query asks for.
type QueryType string

// The analyses.
const (
	FunnelType    QueryType = "funnel"
	RetentionType QueryType = "retention"
	HeatmapType   QueryType = "heatmap"
	// TrendType counts events or actors over time.
	TrendType QueryType = "trend"
	// LifecycleType splits each bucket's actors into new, returning, resurrecting and dormant.
	LifecycleType QueryType = "lifecycle"
	// StickinessType asks in how many buckets each actor was active.
	StickinessType QueryType = "stickiness"
	// PathsType follows actors from (or to) a chosen event.
	PathsType QueryType = "paths"
	// TimelineType lists one actor's events.
	TimelineType QueryType = "timeline"
	// AnomaliesType finds unusual actors or unusual buckets.
	AnomaliesType QueryType = "anomalies"
	// AnnotationsType lists moments that dashboards mark on their panels.
	AnnotationsType QueryType = "annotations"
)

// Query is one question. Exactly the part named by QueryType is read.
type Query struct {
	// SchemaVersion is the version of this JSON form; 0 means the current one.
	SchemaVersion int `json:"schemaVersion,omitempty"`
	// QueryType is the analysis to run.
	QueryType QueryType `json:"queryType"`
	// TimeZone is the IANA name of the zone in which hours, days, weeks and months are cut. Empty: the dashboard's zone
	// (filled in by the front end when it runs the query), else the data source's default.
	TimeZone string `json:"timeZone,omitempty"`
	// Filters apply to every event that the analysis looks at.
	Filters []Filter `json:"filters,omitempty"`

	Funnel      *Funnel      `json:"funnel,omitempty"`
	Retention   *Retention   `json:"retention,omitempty"`
	Heatmap     *Heatmap     `json:"heatmap,omitempty"`
	Trend       *Trend       `json:"trend,omitempty"`
	Lifecycle   *Lifecycle   `json:"lifecycle,omitempty"`
	Stickiness  *Stickiness  `json:"stickiness,omitempty"`
	Paths       *Paths       `json:"paths,omitempty"`
	Timeline    *Timeline    `json:"timeline,omitempty"`
	Anomalies   *Anomalies   `json:"anomalies,omitempty"`
	Annotations *Annotations `json:"annotations,omitempty"`
}

// part is the part of a query that its type names.
type part interface {
	setDefaults()
	validate(c *checker)
	selectors() []*EventSelector
}

// part returns the part that the type names: nil for an unknown type, and missing is true where the type is known but its part is not
// there.
func (q *Query) part() (p part, missing bool) {
	switch q.QueryType {
	case FunnelType:
		return q.Funnel, q.Funnel == nil
	case RetentionType:
		return q.Retention, q.Retention == nil
	case HeatmapType:
		return q.Heatmap, q.Heatmap == nil
	case TrendType:
		return q.Trend, q.Trend == nil
	case LifecycleType:
		return q.Lifecycle, q.Lifecycle == nil
	case StickinessType:
		return q.Stickiness, q.Stickiness == nil
	case PathsType:
		return q.Paths, q.Paths == nil
	case TimelineType:
		return q.Timeline, q.Timeline == nil
	case AnomaliesType:
		return q.Anomalies, q.Anomalies == nil
	case AnnotationsType:
		return q.Annotations, q.Annotations == nil
	}
	return nil, false
}

// Fit puts the intervals that fit the range in the place of those that are [Auto].
func (q *Query) Fit(r Range) {
	switch q.QueryType {
	case FunnelType:
		q.Funnel.Interval = q.Funnel.Interval.fit(r)
	case TrendType:
		q.Trend.fit(r)
	case LifecycleType:
		q.Lifecycle.Interval = q.Lifecycle.Interval.fit(r)
	}
}

// Output returns the output that a validated query asks for; empty where its type has only one.
func (q *Query) Output() string {
	switch q.QueryType {
	case FunnelType:
		return string(q.Funnel.Output)
	case RetentionType:
		return string(q.Retention.Output)
	case StickinessType:
		return string(q.Stickiness.Output)
	case PathsType:
		return string(q.Paths.Output)
	case AnomaliesType:
		return string(q.Anomalies.Output)
	}
	return ""
}

// Limits of a query. A query that exceeds one is refused with a sentence that names it.
const (
	MaxSteps         = 64
	MaxFilters       = 32
	MaxFilterValues  = 1000
	MaxTextLength    = 1024
	MaxPropertyParts = 8
)

// Parse decodes, completes and validates a query, and writes it in its normal form: queries that differ only in order become equal. Unknown
// fields are ignored: Grafana adds its own (refId, datasource, intervalMs, ...). Any error is about the query: it wraps an [Error], and
// [Problems] lists all of them.
func Parse(raw []byte) (*Query, error) {
	q, err := decode(raw)
	if err != nil {
		return nil, err
	}
	q.setDefaults()
	if err := q.validate(); err != nil {
		return nil, err
	}
	q.normalize()
	return q, nil
}

func (q *Query) setDefaults() {
	if q.SchemaVersion == 0 {
		q.SchemaVersion = SchemaVersion
	}
	if p, missing := q.part(); p != nil && !missing {
		p.setDefaults()
	}
}

func (q *Query) validate() error {
	var c checker
	if q.SchemaVersion != SchemaVersion {
		c.invalid("schemaVersion", say.New("problem.schema-version", "is {{version}}; this version of Footfall reads {{known}}", q.SchemaVersion, SchemaVersion))
	}
	if q.TimeZone != "" {
		c.add(validTimeZone("timeZone", q.TimeZone))
	}
	validateFilters(&c, "filters", q.Filters)
	p, missing := q.part()
	switch {
	case p == nil:
		oneOf(&c, "queryType", q.QueryType, queryTypes...)
	case missing:
		c.missing(string(q.QueryType), say.New("problem.part-missing", "is missing: a query of type {{type}} needs it", q.QueryType))
	default:
		p.validate(&c)
	}
	return c.err()
}

// ValidateTimeZone returns an error unless name is an IANA time zone that this program knows. "Local" and "" are not zones.
func ValidateTimeZone(field, name string) error { return orNil(validTimeZone(field, name)) }

func validTimeZone(field, name string) *Error {
	if name == "" || strings.EqualFold(name, "local") {
		return invalid(field, say.New("problem.local-zone", "is {{zone}}; use an IANA name such as Europe/Berlin or UTC", quote(name)))
	}
	if _, err := time.LoadLocation(name); err != nil {
		return invalid(field, say.New("problem.unknown-zone",
			"is {{zone}}, which is not a known time zone; use an IANA name such as Europe/Berlin or UTC", quote(name)))
	}
	return nil
}

// ValidateText refuses text that PostgreSQL cannot hold, or that is longer than any event name or value.
func ValidateText(field, s string) error { return orNil(validText(field, s)) }

func validText(field, s string) *Error {
	if !utf8.ValidString(s) {
		return invalid(field, say.New("problem.no-utf8", "is not valid UTF-8"))
	}
	if len(s) > MaxTextLength {
		return invalid(field, say.New("problem.too-long", "has {{bytes}} bytes; at most {{most}} are allowed", len(s), MaxTextLength))
	}
	if strings.ContainsRune(s, 0) {
		return invalid(field, say.New("problem.nul", "contains a NUL character; remove it"))
	}
	return nil
}

func indexPath(field string, i int) string { return fmt.Sprintf("%s[%d]", field, i) }

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// EventNames returns the names of the events that a parsed query asks for, each once and in order, without [AnyEvent].
func (q *Query) EventNames() []string {
	p, _ := q.part()
	return slices.DeleteFunc(namesOf(p.selectors()), func(name string) bool { return name == AnyEvent })
}

// FirstEventNames returns the names of the events, [AnyEvent] among them, of which one must happen in the range before a parsed query
// counts anything.
func (q *Query) FirstEventNames() []string {
	p, _ := q.part()
	selectors := p.selectors()
	switch {
	case q.QueryType == RetentionType:
		selectors = []*EventSelector{&q.Retention.Start}
	case q.QueryType == FunnelType && q.Funnel.Order != Unordered:
		selectors = []*EventSelector{&q.Funnel.Steps[q.Funnel.MainSteps()[0]].EventSelector}
	case q.QueryType == FunnelType:
		selectors = selectors[:len(q.Funnel.Steps)]
	}
	return namesOf(selectors)
}

func namesOf(selectors []*EventSelector) []string {
	names := make([]string, len(selectors))
	for i, s := range selectors {
		names[i] = s.Event
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// SegmentNames returns the names of the segments by which a parsed query filters, each once and in order; nil if it filters by none.
func (q *Query) SegmentNames() []string {
	var names []string
	add := func(filters []Filter) {
		for _, f := range filters {
			if f.Property == SegmentProperty {
				names = append(names, f.Values...)
			}
		}
	}
	add(q.Filters)
	p, _ := q.part()
	for _, s := range p.selectors() {
		add(s.Filters)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
