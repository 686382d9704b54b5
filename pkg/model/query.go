// Package model is the query that a panel saves and an alert rule runs: plain JSON, complete by itself, with its
// defaults and its validation. The front end's types (src/types.gen.ts) are generated from it.
package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
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

	Funnel    *Funnel    `json:"funnel,omitempty"`
	Retention *Retention `json:"retention,omitempty"`
	Heatmap   *Heatmap   `json:"heatmap,omitempty"`
}

// Limits of what a query may contain. A query that exceeds one is refused with a sentence that names it.
const (
	MaxSteps         = 64
	MaxFilters       = 32
	MaxFilterValues  = 1000
	MaxTextLength    = 1024
	MaxPropertyParts = 8
)

// Parse decodes, completes and validates a query. Unknown fields are ignored: Grafana adds its own (refId, datasource,
// intervalMs, ...). The error is an [Error] when the user can mend it.
func Parse(raw []byte) (*Query, error) {
	var q Query
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if err := decoder.Decode(&q); err != nil {
		return nil, &Error{Field: "query", Reason: "is not valid JSON for a Footfall query: " + err.Error()}
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, &Error{Field: "query", Reason: "has text after the JSON object"}
	}
	q.setDefaults()
	if err := q.validate(); err != nil {
		return nil, err
	}
	return &q, nil
}

// Error is a query that cannot run as it stands: the field as a path into the JSON, and a reason that says what to do.
type Error struct {
	Field  string
	Reason string
}

func (e *Error) Error() string { return e.Field + " " + e.Reason }

func invalid(field, format string, args ...any) error {
	return &Error{Field: field, Reason: fmt.Sprintf(format, args...)}
}

func (q *Query) setDefaults() {
	if q.SchemaVersion == 0 {
		q.SchemaVersion = SchemaVersion
	}
	switch {
	case q.QueryType == FunnelType && q.Funnel != nil:
		q.Funnel.setDefaults()
	case q.QueryType == RetentionType && q.Retention != nil:
		q.Retention.setDefaults()
	case q.QueryType == HeatmapType && q.Heatmap != nil:
		q.Heatmap.setDefaults()
	}
}

func (q *Query) validate() error {
	if q.SchemaVersion != SchemaVersion {
		return invalid("schemaVersion", "is %d; this version of Footfall reads %d", q.SchemaVersion, SchemaVersion)
	}
	if q.TimeZone != "" {
		if err := ValidateTimeZone("timeZone", q.TimeZone); err != nil {
			return err
		}
	}
	if err := validateFilters("filters", q.Filters); err != nil {
		return err
	}
	switch q.QueryType {
	case FunnelType:
		if q.Funnel == nil {
			return invalid("funnel", "is missing: a query of type funnel needs it")
		}
		return q.Funnel.validate()
	case RetentionType:
		if q.Retention == nil {
			return invalid("retention", "is missing: a query of type retention needs it")
		}
		return q.Retention.validate()
	case HeatmapType:
		if q.Heatmap == nil {
			return invalid("heatmap", "is missing: a query of type heatmap needs it")
		}
		return q.Heatmap.validate()
	}
	return invalid("queryType", "is %q; use funnel, retention or heatmap", q.QueryType)
}

// ValidateTimeZone reports whether name is an IANA time zone that this program knows. "Local" and "" are not zones.
func ValidateTimeZone(field, name string) error {
	if name == "" || strings.EqualFold(name, "local") {
		return invalid(field, "is %q; use an IANA name such as Europe/Berlin or UTC", name)
	}
	if _, err := time.LoadLocation(name); err != nil {
		return invalid(field, "is %q, which is not a known time zone; use an IANA name such as Europe/Berlin or UTC", name)
	}
	return nil
}

// ValidateText refuses what PostgreSQL cannot hold as text, and lengths that no event name or value has.
func ValidateText(field, s string) error {
	if !utf8.ValidString(s) {
		return invalid(field, "is not valid UTF-8")
	}
	if len(s) > MaxTextLength {
		return invalid(field, "has %d bytes; at most %d are allowed", len(s), MaxTextLength)
	}
	if strings.ContainsRune(s, 0) {
		return invalid(field, "contains a NUL character; remove it")
	}
	return nil
}

func indexed(field string, i int) string { return fmt.Sprintf("%s[%d]", field, i) }
