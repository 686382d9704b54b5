package segmentapi

import (
	"errors"
	"fmt"
	"io"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/footfall-analytics/footfall/collector/event"
)

// maxSharedContext is the largest context of a batch in bytes: each of its messages gets a copy.
const maxSharedContext = 4 << 10

// envelope is the body of a batch call.
type envelope struct {
	// messages are parts of the body.
	messages [][]byte
	writeKey string
	sentAt   string
	context  lenient[clientContext]
}

func readEnvelope(body []byte, maxBatch int) (e envelope, err error) {
	d := event.SplitJSON(body)
	if kind := d.PeekKind(); kind != '{' && kind != 0 {
		return e, fmt.Errorf(`the body must be an object, but is %s; send {"batch": [message, ...]}`, event.KindName(kind))
	}
	if _, err := d.ReadToken(); err != nil {
		return e, syntaxError(err)
	}
	seen := map[string]bool{}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return e, syntaxError(err)
		}
		field := name.String()
		if seen[field] {
			return e, fmt.Errorf("the body has the field %q twice", field)
		}
		known, err := e.read(field, d, body, maxBatch)
		if err != nil {
			return e, err
		}
		if known { // other members mean nothing, and there may be any number of them
			seen[field] = true
		}
	}
	_, _ = d.ReadToken() // the closing brace
	return e, checkEnd(d)
}

// checkSyntax returns the syntax errors for which a body is refused as a whole.
func checkSyntax(body []byte) error {
	d := event.SplitJSON(body)
	if _, err := d.ReadValue(); err != nil {
		return syntaxError(err)
	}
	return checkEnd(d)
}

// checkEnd returns an error if anything follows the body's value.
func checkEnd(d *jsontext.Decoder) error {
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return syntaxError(err)
	}
	return nil
}

// read reads one member of the body; known is false if it means nothing.
func (e *envelope) read(field string, d *jsontext.Decoder, body []byte, maxBatch int) (known bool, err error) {
	var into any
	switch field {
	case "batch":
		return true, event.EachItem(d, maxBatch, func(_ int, message []byte) {
			end := int(d.InputOffset())
			e.messages = append(e.messages, body[end-len(message):end])
		})
	case "writeKey":
		into = &e.writeKey
	case "sentAt":
		into = &e.sentAt
	case "context":
		into = &e.context
	}
	value, err := d.ReadValue()
	if err != nil {
		return false, syntaxError(err)
	}
	if into == nil {
		return false, nil
	}
	if err = json.Unmarshal(value, into); field == "context" && len(value) > maxSharedContext {
		err = fmt.Errorf("is %d bytes long; at most %d are taken for a whole batch", len(value), maxSharedContext)
	}
	if field == "context" && err != nil {
		e.context = lenient[clientContext]{odd: err} // costs no message
		return true, nil
	}
	if err != nil {
		bad := unreadable(field, err)
		return false, fmt.Errorf("%s %s", bad.Field, bad.Reason)
	}
	return true, nil
}

// syntaxError returns an error that says where a body stops being JSON; a nil err means that something follows it.
func syntaxError(err error) error {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("the body is not valid JSON at byte %d: %w", syntax.ByteOffset, syntax.Err)
	case errors.Is(err, io.EOF):
		return errors.New("the body is empty")
	}
	return errors.New("the body has more than one JSON value; send one")
}

// unreadable returns a refusal that says what in the named field of a message (empty: the message itself) has the wrong type, or is not
// strict JSON.
func unreadable(field string, err error) event.Refusal {
	var semantic *json.SemanticError
	if !errors.As(err, &semantic) {
		return event.SyntaxRefusal(field, err)
	}
	r := event.Refusal{Field: event.FieldPath(field, semantic.JSONPointer)}
	if semantic.Err != nil {
		r.Reason = semantic.Err.Error()
	} else {
		r.Reason = "must be " + typeName(semantic.GoType) + ", but is " + event.KindName(semantic.JSONKind)
	}
	return r
}

func typeName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	}
	return "an object"
}
