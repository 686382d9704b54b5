package event

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// CheckObject reads a client's own JSON object, from the named field, and returns it without white space. It refuses what the database's
// jsonb cannot hold (NUL, text that is not UTF-8, numbers beyond double precision), repeated names, and what is larger than [MaxMetadata],
// [MaxDepth], [MaxProperties] and [MaxName] allow. For null or nothing it returns nil. The refusals' index is 0; if there are any, the
// object must not be stored.
func CheckObject(field string, raw []byte) ([]byte, Refusals) { return checkObject(field, raw, 1) }

// CheckStoredObject is [CheckObject] for an object to which the collector has added what it knows itself: it may be twice as large.
func CheckStoredObject(field string, raw []byte) ([]byte, Refusals) {
	return checkObject(field, raw, 2)
}

func checkObject(field string, raw []byte, times int) ([]byte, Refusals) {
	if len(raw) == 0 {
		return nil, nil
	}
	in := decoders.Get().(*jsontext.Decoder)
	in.Reset(bytes.NewBuffer(raw))
	if len(raw) <= maxSpare {
		defer decoders.Put(in)
	}
	c := objectCheck{field: field, in: in, depth: times * MaxDepth, names: times * MaxProperties}
	kind := c.in.PeekKind()
	switch {
	case kind != '{' && kind != 'n' && kind != 0:
		c.refuse("", "must be an object, but is %s", KindName(kind))
	case len(raw) > times*MaxMetadata:
		c.refuse("", "is %d bytes long; at most %d are taken", len(raw), times*MaxMetadata)
	default:
		c.out = make([]byte, 0, len(raw))
		if c.value() {
			c.end()
		}
	}
	if kind == 'n' {
		return nil, c.bad
	}
	return c.out, c.bad
}

// decoders are reused: making a new one for every object would take longer than checking it.
var decoders = sync.Pool{New: func() any { return new(jsontext.Decoder) }}

// objectCheck copies an object while checking it. Its methods return false when there is no point in going on.
type objectCheck struct {
	field      string
	in         *jsontext.Decoder
	out        []byte
	properties int
	// depth and names are how many levels and properties are allowed.
	depth, names int
	bad          Refusals
}

func (c *objectCheck) refuse(at jsontext.Pointer, format string, args ...any) bool {
	c.bad = append(c.bad, Refusal{Field: FieldPath(c.field, at), Reason: fmt.Sprintf(format, args...)})
	return len(c.bad) < maxRefusals
}

func (c *objectCheck) value() bool {
	switch c.in.PeekKind() {
	case '{':
		return c.copyNested('}', c.member)
	case '[':
		return c.copyNested(']', c.value)
	}
	v, err := c.in.ReadValue()
	if err != nil {
		return c.unreadable(err)
	}
	c.out = append(c.out, v...)
	switch v.Kind() {
	case '"':
		if bytes.IndexByte(unquote(v), 0) >= 0 {
			return c.refuse(c.in.StackPointer(), "%s", nulFault)
		}
	case '0':
		if beyondDouble(v) {
			return c.refuse(c.in.StackPointer(), "%s is not a number of ordinary size (double precision)", shorten(string(v)))
		}
	}
	return true
}

// copyNested copies an object or a list; take copies its members or values one by one.
func (c *objectCheck) copyNested(end jsontext.Kind, take func() bool) bool {
	if c.in.StackDepth() == c.depth {
		if err := c.in.SkipValue(); err != nil {
			return c.unreadable(err)
		}
		return c.refuse(c.in.StackPointer(), "is nested too deeply; at most %d levels are taken", c.depth)
	}
	begin, err := c.in.ReadToken()
	if err != nil {
		return c.unreadable(err)
	}
	c.out = append(c.out, byte(begin.Kind()))
	for first := true; c.in.PeekKind() != end; first = false {
		if !first {
			c.out = append(c.out, ',')
		}
		if !take() {
			return false
		}
	}
	if _, err := c.in.ReadToken(); err != nil {
		return c.unreadable(err)
	}
	c.out = append(c.out, byte(end))
	return true
}

// end refuses anything after the object.
func (c *objectCheck) end() {
	switch _, err := c.in.ReadToken(); {
	case errors.Is(err, io.EOF):
	case err == nil:
		c.refuse("", "has more after its end")
	default:
		c.unreadable(err)
	}
}

func (c *objectCheck) member() bool {
	quoted, err := c.in.ReadValue()
	if err != nil {
		return c.unreadable(err)
	}
	c.out = append(append(c.out, quoted...), ':')
	if c.properties++; c.properties > c.names {
		c.refuse("", "has more than %d properties; send fewer", c.names)
		return false
	}
	goOn := true
	switch name := unquote(quoted); {
	case len(name) > MaxName:
		goOn = c.refuse(c.in.StackPointer().Parent(), "has a name of %d bytes, %q; at most %d are taken", len(name), shorten(string(name)), MaxName)
	case bytes.IndexByte(name, 0) >= 0:
		goOn = c.refuse(c.in.StackPointer().Parent(), "has a name that %s", nulFault)
	}
	return goOn && c.value()
}

const nulFault = `contains a NUL character (\u0000), which PostgreSQL cannot store; remove it`

// unquote returns the text of a JSON string, which must be valid.
func unquote(quoted []byte) []byte {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	text, _ := jsontext.AppendUnquote(nil, quoted)
	return text
}

// beyondDouble reports whether double precision would turn a number into infinity or zero.
func beyondDouble(number []byte) bool {
	const maxDigits = 300
	if len(number) < maxDigits && bytes.IndexByte(number, 'e') < 0 && bytes.IndexByte(number, 'E') < 0 {
		return false
	}
	f, err := strconv.ParseFloat(string(number), 64)
	digits, _, _ := strings.Cut(strings.ToLower(string(number)), "e")
	return err != nil || len(number) > maxDigits+100 || f == 0 && strings.Trim(digits, "-0.") != ""
}

func (c *objectCheck) unreadable(err error) bool {
	c.bad = append(c.bad, SyntaxRefusal(c.field, err))
	return false
}

// SyntaxRefusal returns the part of the named field whose JSON is at fault, after jsontext or json has reported err. The refusal's index is
// 0.
func SyntaxRefusal(field string, err error) Refusal {
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return Refusal{Field: field, Reason: "cannot be read: " + err.Error()}
	}
	if errors.Is(syntax.Err, jsontext.ErrDuplicateName) {
		return Refusal{Field: FieldPath(field, syntax.JSONPointer.Parent()),
			Reason: fmt.Sprintf("has the field %q twice", shorten(syntax.JSONPointer.LastToken()))}
	}
	return Refusal{Field: FieldPath(field, syntax.JSONPointer), Reason: fmt.Sprintf("cannot be read: %v; send text as UTF-8", syntax.Err)}
}

// FieldPath returns the path to a place in a field's JSON as people write it: metadata.cart.items[2].
func FieldPath(field string, at jsontext.Pointer) string {
	path := []byte(field)
	for token := range at.Tokens() {
		_, err := strconv.ParseUint(token, 10, 32)
		switch {
		case err == nil:
			path = append(append(append(path, '['), token...), ']')
		case len(path) > 0:
			path = append(append(path, '.'), token...)
		default:
			path = append(path, token...)
		}
	}
	return shorten(string(path))
}

// KindName returns the name of a JSON type for an error message.
func KindName(kind jsontext.Kind) string {
	switch kind {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	}
	return "nothing"
}
