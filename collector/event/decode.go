package event

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// fieldNames are the fields of an event in JSON, in the order in which the documentation explains them.
var fieldNames = []string{"event_id", "user_id", "event_type", "timestamp", "page_url", "device_type", "session_id", "metadata"}

// Decode reads one event from a JSON object. It reports every field that is wrong; the event is good only when there is
// none. An event without an event_id gets a time-ordered one (UUIDv7). The error is for a body that is not JSON at all.
func Decode(body []byte, now time.Time) (Event, Refusals, error) {
	if err := checkSyntax(body); err != nil {
		return Event{}, nil, err
	}
	e, bad := decodeItem(body, now)
	return e, bad, nil
}

// Batch is what was read from the body of a batch.
type Batch struct {
	// Events are the good ones and Index where each of them stood in the body, from 0.
	Events []Event
	Index  []int
	// Refused are the bad ones, named by their place in the body.
	Refused Refusals
}

// DecodeBatch reads {"batch": [event, ...]} with at most limit events. The error is for a body that has no such list; bad
// events in it are refused one by one.
func DecodeBatch(body []byte, limit int, now time.Time) (Batch, error) {
	if err := checkSyntax(body); err != nil {
		return Batch{}, err
	}
	fields, reason := splitObject(body)
	if reason != "" {
		return Batch{}, fmt.Errorf(`the body %s; send {"batch": [event, ...]}`, reason)
	}
	for name := range fields {
		if name != "batch" {
			return Batch{}, fmt.Errorf(`the body has an unknown field %q; send {"batch": [event, ...]}`, shorten(name))
		}
	}
	var items []json.RawMessage
	if err := json.Unmarshal(fields["batch"], &items); err != nil || len(items) == 0 {
		return Batch{}, errors.New(`the body needs the field "batch", a list of one or more events`)
	}
	if len(items) > limit {
		return Batch{}, fmt.Errorf("the batch has %d events, at most %d are taken at once; send them in several requests", len(items), limit)
	}
	var b Batch
	for i, item := range items {
		e, bad := decodeItem(item, now)
		if len(bad) == 0 {
			b.Events, b.Index = append(b.Events, e), append(b.Index, i)
		}
		for _, r := range bad {
			r.Index = i
			b.Refused = append(b.Refused, r)
		}
	}
	return b, nil
}

func checkSyntax(body []byte) error {
	var whole json.RawMessage
	err := json.Unmarshal(body, &whole)
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		return fmt.Errorf("the body is not valid JSON at byte %d: %w", syntax.Offset, err)
	}
	return err
}

// splitObject returns the members of a JSON object, or a reason why it is none. The JSON must be valid.
func splitObject(raw []byte) (map[string]json.RawMessage, string) {
	if kind := kindOf(raw); kind != "an object" {
		return nil, "must be a JSON object, but is " + kind
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	_, _ = d.Token() // the opening brace
	members := map[string]json.RawMessage{}
	for d.More() {
		var value json.RawMessage
		token, err := d.Token()
		if err == nil {
			err = d.Decode(&value)
		}
		if err != nil {
			return nil, err.Error()
		}
		name := token.(string)
		if _, twice := members[name]; twice {
			return nil, fmt.Sprintf("has the field %q twice", shorten(name))
		}
		members[name] = value
	}
	return members, ""
}

// item collects what is wrong with an event while its fields are read.
type item struct {
	fields map[string]json.RawMessage
	bad    Refusals
}

// maxRefusals is how many faults of one event are told: an answer must not grow with the nonsense that was sent.
const maxRefusals = 10

func (it *item) refuse(field, format string, args ...any) {
	if len(it.bad) == maxRefusals {
		return
	}
	it.bad = append(it.bad, Refusal{Field: field, Reason: fmt.Sprintf(format, args...)})
}

func decodeItem(raw []byte, now time.Time) (Event, Refusals) {
	fields, reason := splitObject(raw)
	if reason != "" {
		return Event{}, Refusals{{Reason: "the event " + reason}}
	}
	it := &item{fields: fields}
	for _, required := range []string{"user_id", "event_type", "timestamp"} {
		if value, there := fields[required]; !there || kindOf(value) == "null" {
			it.refuse(required, "is missing; every event needs user_id, event_type and timestamp")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(fieldNames, name) {
			it.refuse(shorten(name), "is not a field of an event; the fields are %s; your own properties belong in metadata", strings.Join(fieldNames, ", "))
		}
	}
	e := Event{
		ID:         it.id(),
		UserID:     it.text("user_id"),
		Type:       it.text("event_type"),
		Time:       it.time(),
		PageURL:    it.text("page_url"),
		DeviceType: it.text("device_type"),
		SessionID:  it.text("session_id"),
		Metadata:   it.metadata(),
	}
	for _, r := range e.Validate(now) {
		// A field that could not be read is empty here; its own refusal says more than "is blank".
		if !slices.ContainsFunc(it.bad, func(b Refusal) bool { return b.Field == r.Field }) {
			it.refuse(r.Field, "%s", r.Reason)
		}
	}
	return e, it.bad
}

// text reads a string; a field that is absent or null is empty.
func (it *item) text(field string) string {
	raw, there := it.fields[field]
	if !there || kindOf(raw) == "null" {
		return ""
	}
	if kind := kindOf(raw); kind != "a string" {
		it.refuse(field, "must be a string, but is %s", kind)
		return ""
	}
	// The decoder would put U+FFFD in place of what is not UTF-8: another text than the one that was sent.
	if !utf8.Valid(raw) {
		it.refuse(field, "is not valid UTF-8; send text as UTF-8")
		return ""
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		it.refuse(field, "cannot be read: %v", err)
	}
	return s
}

func (it *item) id() uuid.UUID {
	s := it.text("event_id")
	if s == "" {
		return uuid.Must(uuid.NewV7())
	}
	id, err := uuid.Parse(s)
	if err != nil || len(s) != 36 || id == uuid.Nil {
		it.refuse("event_id", "%q is not a UUID such as 0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e0f; leave it out to have one made", shorten(s))
	}
	return id
}

func (it *item) time() time.Time {
	s := it.text("timestamp")
	if s == "" {
		if kindOf(it.fields["timestamp"]) == "a string" {
			it.refuse("timestamp", "is blank; send a time such as 2026-11-24T06:00:00Z")
		}
		return time.Time{}
	}
	var t time.Time
	// UnmarshalText keeps to RFC 3339 where time.Parse is lenient.
	if err := t.UnmarshalText([]byte(s)); err != nil {
		it.refuse("timestamp", "%q is not an RFC 3339 time with a time zone, such as 2026-11-24T06:00:00Z or 2026-11-24T14:00:00.250+08:00", shorten(s))
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

func (it *item) metadata() []byte {
	raw, there := it.fields["metadata"]
	if !there || kindOf(raw) == "null" {
		return nil
	}
	switch kind := kindOf(raw); {
	case kind != "an object":
		it.refuse("metadata", "must be an object, but is %s", kind)
		return nil
	case len(raw) > MaxMetadata:
		it.refuse("metadata", "is %d bytes long; at most %d are taken", len(raw), MaxMetadata)
		return nil
	case !utf8.Valid(raw):
		it.refuse("metadata", "is not valid UTF-8; send text as UTF-8")
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // a float64 would round long ids
	var tree any
	if err := d.Decode(&tree); err != nil {
		it.refuse("metadata", "cannot be read: %v", err)
		return nil
	}
	it.checkTree("metadata", tree, 1)
	var text bytes.Buffer
	writer := json.NewEncoder(&text)
	writer.SetEscapeHTML(false) // escapes would count against the limit
	if err := writer.Encode(tree); err != nil {
		it.refuse("metadata", "cannot be written: %v", err)
	}
	return bytes.TrimSpace(text.Bytes())
}

// checkTree refuses what the database's jsonb cannot hold, and nesting that no query reaches.
func (it *item) checkTree(path string, node any, depth int) {
	switch node := node.(type) {
	case map[string]any:
		if !it.mayNest(path, depth) {
			return
		}
		for name, value := range node {
			if strings.ContainsRune(name, 0) {
				it.refuse(shorten(path), "%s", `has a name with a NUL character (\u0000), which PostgreSQL cannot store; remove it`)
				continue
			}
			it.checkTree(path+"."+name, value, depth+1)
		}
	case []any:
		if !it.mayNest(path, depth) {
			return
		}
		for i, value := range node {
			it.checkTree(fmt.Sprintf("%s[%d]", path, i), value, depth+1)
		}
	case string:
		if reason := textFault(node, MaxMetadata); reason != "" {
			it.refuse(shorten(path), "%s", reason)
		}
	case json.Number:
		if f, err := node.Float64(); err != nil || len(node) > 400 || f == 0 && strings.Trim(mantissa(node), "-0.") != "" {
			it.refuse(shorten(path), "%s is not a number of ordinary size (double precision)", shorten(node.String()))
		}
	}
}

func (it *item) mayNest(path string, depth int) bool {
	if depth > MaxDepth {
		it.refuse(shorten(path), "is nested too deeply; at most %d levels are taken", MaxDepth)
	}
	return depth <= MaxDepth
}

func mantissa(n json.Number) string {
	digits, _, _ := strings.Cut(strings.ToLower(n.String()), "e")
	return digits
}

// kindOf names the JSON type of a value for an error message.
func kindOf(raw []byte) string {
	raw = bytes.TrimLeft(raw, " \t\r\n")
	if len(raw) == 0 {
		return "nothing"
	}
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	}
	return "a number"
}

// shorten keeps a client's own text from filling an answer.
func shorten(s string) string {
	const limit = 80
	if len(s) <= limit {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
