package event

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// fieldNames are the fields of an event in JSON, in the order in which the documentation explains them.
var fieldNames = []string{"event_id", "user_id", "event_type", "timestamp", "page_url", "device_type", "session_id", "metadata"}

// Request holds what was read from a request's body, whatever its form.
type Request struct {
	// Events are the good events, in their order.
	Events []Event
	// Contexts has one context for each of Events; nil if the form has none.
	Contexts []Context
	// Refused names the bad events by their place in the body.
	Refused Refusals
	// LeftOut names what was left out of good events: parts that cannot be read or do not fit, and ids of nobody. Its fields and index are
	// as in Refused.
	LeftOut Refusals
	// WriteKey is the key in the body, empty if there is none.
	WriteKey string
}

// Context holds what a message says about its sender, apart from the event.
type Context struct {
	UserAgent, IP string
	// Consent says whether the user consented; nil if the message does not say.
	Consent *bool
}

func (q *Request) add(index int, e Event, bad Refusals) {
	if len(bad) == 0 {
		q.Events = append(q.Events, e)
	}
	for _, r := range bad {
		r.Index = index
		q.Refused = append(q.Refused, r)
	}
}

// Decoder reads bodies.
type Decoder struct {
	// MaxBatch is how many events a batch may have.
	MaxBatch int
	// Oldest is how long ago an event may have happened; 0 for any time since 1970.
	Oldest time.Duration
}

// Decode reads one event from a JSON object. It reports every field that is wrong; the event is good only when there is
// none. An event without an event_id gets a time-ordered one (UUIDv7). The error is for a body that is not JSON at all.
func (d Decoder) Decode(body []byte, now time.Time) (Request, error) {
	in := SplitJSON(body)
	item, err := in.ReadValue()
	if err == nil {
		err = endOfBody(in)
	}
	if err != nil {
		return Request{}, bodyFault(err)
	}
	var q Request
	e, bad := d.decodeItem(item, now)
	q.add(0, e, bad)
	return q, nil
}

// DecodeBatch reads {"batch": [event, ...]}. The error is for a body without such a list; bad events in the list are refused one by one.
func (d Decoder) DecodeBatch(body []byte, now time.Time) (Request, error) {
	in := SplitJSON(body)
	if kind := in.PeekKind(); kind != '{' && kind != 0 {
		return Request{}, fmt.Errorf(`the body must be a JSON object, but is %s; send {"batch": [event, ...]}`, KindName(kind))
	}
	if _, err := in.ReadToken(); err != nil {
		return Request{}, bodyFault(err)
	}
	var q Request
	found, items := false, 0
	for in.PeekKind() == '"' {
		name, err := in.ReadToken()
		if err != nil {
			return Request{}, bodyFault(err)
		}
		if text := name.String(); text != "batch" {
			return Request{}, fmt.Errorf(`the body has an unknown field %q; send {"batch": [event, ...]}`, shorten(text))
		}
		if found {
			return Request{}, errors.New(`the body has the field "batch" twice`)
		}
		found = true
		err = EachItem(in, d.MaxBatch, func(i int, item []byte) {
			items++
			e, bad := d.decodeItem(item, now)
			q.add(i, e, bad)
		})
		if err != nil {
			return Request{}, err
		}
	}
	if _, err := in.ReadToken(); err != nil {
		return Request{}, bodyFault(err)
	}
	if err := endOfBody(in); err != nil {
		return Request{}, bodyFault(err)
	}
	if items == 0 {
		return Request{}, errNoBatch
	}
	return q, nil
}

var errNoBatch = errors.New(`the body needs the field "batch", a list of one or more events`)

// SplitJSON returns a decoder that only takes a body apart. What is inside an item is checked later.
func SplitJSON(body []byte) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// TooMany is the error of a body with too many events.
type TooMany struct{ Events, Limit int }

func (t TooMany) Error() string {
	return fmt.Sprintf("the batch has %d events, at most %d are taken at once; send them in several requests", t.Events, t.Limit)
}

// EachItem calls fn for each item of a list, at most limit times.
func EachItem(in *jsontext.Decoder, limit int, fn func(i int, item []byte)) error {
	if kind := in.PeekKind(); kind != '[' && kind != 0 {
		return errNoBatch
	}
	if _, err := in.ReadToken(); err != nil {
		return bodyFault(err)
	}
	n := 0
	for ; in.PeekKind() != ']'; n++ {
		item, err := in.ReadValue()
		if err != nil {
			return bodyFault(err)
		}
		if n < limit {
			fn(n, item)
		}
	}
	if n > limit {
		return TooMany{n, limit}
	}
	_, err := in.ReadToken()
	return err
}

// endOfBody returns an error if anything follows the body's value.
func endOfBody(in *jsontext.Decoder) error {
	_, err := in.ReadToken()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		return fmt.Errorf("there is more after its end at byte %d", in.InputOffset())
	}
	return err
}

func bodyFault(err error) error {
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		return fmt.Errorf("the body is not valid JSON at byte %d: %w", syntax.ByteOffset, syntax.Err)
	}
	if errors.Is(err, io.EOF) {
		return errors.New("the body is empty; send an event as JSON")
	}
	return fmt.Errorf("the body is not valid JSON: %w", err)
}

// maxRefusals is how many faults of one event are reported: an answer must not grow with the nonsense that was sent.
const maxRefusals = 10

// itemReader reads one event and collects what is wrong with it.
type itemReader struct {
	in    *jsontext.Decoder
	text  bytes.Buffer
	event Event
	bad   Refusals
	// given says which fields had a value.
	given [8]bool
}

// itemReaders are reused for their decoders' buffers.
var itemReaders = sync.Pool{New: func() any {
	r := &itemReader{}
	r.in = jsontext.NewDecoder(&r.text)
	return r
}}

// maxSpare is the largest text whose reader is reused; others would keep memory that is hardly ever needed.
const maxSpare = 64 << 10

func (d Decoder) decodeItem(raw []byte, now time.Time) (Event, Refusals) {
	r := itemReaders.Get().(*itemReader)
	if len(raw) <= maxSpare {
		defer itemReaders.Put(r)
	}
	r.text.Reset()
	r.text.Write(raw)
	r.in.Reset(&r.text)
	r.event, r.bad, r.given = Event{Received: now}, nil, [8]bool{}
	if kind := r.in.PeekKind(); kind != '{' {
		return Event{}, Refusals{{Reason: "the event must be a JSON object, but is " + KindName(kind)}}
	}
	if err := r.fields(); err != nil {
		fault := SyntaxRefusal("", err)
		if fault.Field == "" {
			fault.Reason = "the event " + fault.Reason
		}
		return Event{}, append(r.bad, fault)
	}
	r.complete(now, d.Oldest)
	return r.event, r.bad
}

func (r *itemReader) refuse(field, format string, args ...any) {
	if len(r.bad) < maxRefusals {
		r.bad = append(r.bad, Refusal{Field: field, Reason: fmt.Sprintf(format, args...)})
	}
}

// fields reads all fields. The error is for an object that cannot be read to its end.
func (r *itemReader) fields() error {
	if _, err := r.in.ReadToken(); err != nil {
		return err
	}
	for r.in.PeekKind() != '}' {
		quoted, err := r.in.ReadValue()
		if err != nil {
			return err
		}
		name := unquote(quoted)
		field := slices.IndexFunc(fieldNames, func(f string) bool { return f == string(name) })
		if field < 0 {
			r.refuse(shorten(string(name)), "is not a field of an event; the fields are %s; your own properties belong in metadata", strings.Join(fieldNames, ", "))
			if err := r.in.SkipValue(); err != nil {
				return err
			}
			continue
		}
		value, err := r.in.ReadValue()
		if err != nil {
			return err
		}
		r.given[field] = value.Kind() != 'n'
		r.field(fieldNames[field], value)
	}
	_, err := r.in.ReadToken()
	return err
}

func (r *itemReader) field(name string, value jsontext.Value) {
	e := &r.event
	switch name {
	case "event_id":
		r.id(r.string(name, value))
	case "user_id":
		e.UserID = r.string(name, value)
	case "event_type":
		e.Type = r.string(name, value)
	case "timestamp":
		if value.Kind() != 'n' {
			r.time(r.string(name, value))
		}
	case "page_url":
		e.PageURL = r.string(name, value)
	case "device_type":
		e.DeviceType = r.string(name, value)
	case "session_id":
		e.SessionID = r.string(name, value)
	case "metadata":
		var bad Refusals
		e.Metadata, bad = CheckObject(name, value)
		r.bad = append(r.bad, bad[:min(len(bad), maxRefusals-len(r.bad))]...)
	}
}

// complete sets defaults and checks the event as a whole.
func (r *itemReader) complete(now time.Time, oldest time.Duration) {
	for i, name := range fieldNames {
		if (name == "user_id" || name == "event_type" || name == "timestamp") && !r.given[i] {
			r.refuse(name, "is missing; every event needs user_id, event_type and timestamp")
		}
	}
	if r.event.ID == uuid.Nil {
		r.event.ID = uuid.Must(uuid.NewV7())
	}
	for _, fault := range r.event.Validate(now, oldest) {
		// A field that could not be read is empty here; its own refusal says more than "is blank".
		if !slices.ContainsFunc(r.bad, func(b Refusal) bool { return b.Field == fault.Field }) {
			r.refuse(fault.Field, "%s", fault.Reason)
		}
	}
}

// string reads a string; null is empty.
func (r *itemReader) string(field string, value jsontext.Value) string {
	switch value.Kind() {
	case '"':
		return string(unquote(value))
	case 'n':
	default:
		r.refuse(field, "must be a string, but is %s", KindName(value.Kind()))
	}
	return ""
}

func (r *itemReader) id(s string) {
	if s == "" {
		return
	}
	id, err := uuid.Parse(s)
	if err != nil || len(s) != 36 || id == uuid.Nil {
		r.refuse("event_id", "%q is not a UUID such as 0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e0f; leave it out to have one made", shorten(s))
	}
	r.event.ID = id
}

func (r *itemReader) time(s string) {
	if len(r.bad) > 0 && r.bad[len(r.bad)-1].Field == "timestamp" {
		return // it is not a string
	}
	if s == "" {
		r.refuse("timestamp", "is blank; send a time such as 2026-11-24T06:00:00Z")
		return
	}
	var err error
	if r.event.Time, err = ParseTime(s); err != nil {
		r.refuse("timestamp", "%q %v", shorten(s), err)
	}
}

// shorten keeps a client's own text from filling an answer.
func shorten(s string) string {
	const limit = 80
	if len(s) <= limit {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	for cut := limit; ; cut-- {
		if utf8.RuneStart(s[cut]) || cut == 0 {
			return strings.ToValidUTF8(s[:cut], "\uFFFD") + "…"
		}
	}
}
