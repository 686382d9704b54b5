// Package rawjson reads and changes parts of JSON objects without decoding the rest: what is not touched stays as it was, byte for byte.
// All objects passed to it must be valid JSON.
package rawjson

import (
	"bytes"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// reader is a decoder with the buffer that it reads.
type reader struct {
	*jsontext.Decoder
	text bytes.Buffer
}

var readers = sync.Pool{New: func() any {
	r := &reader{}
	r.Decoder = jsontext.NewDecoder(&r.text)
	return r
}}

// lenient skips what was checked when the text came in.
var lenient = jsontext.AllowDuplicateNames(true)

func read(raw []byte) *reader {
	r := readers.Get().(*reader)
	r.text.Reset()
	r.text.Write(raw)
	r.Reset(&r.text, lenient, jsontext.AllowInvalidUTF8(true))
	return r
}

// Members calls tell for each member of an object, in order, with the unescaped name and the value as written. Both are valid only during
// the call.
func Members(object []byte, tell func(name, value []byte)) {
	r := read(object)
	defer readers.Put(r)
	if _, err := r.ReadToken(); err != nil {
		return
	}
	var name []byte
	for r.PeekKind() == jsontext.KindString {
		quoted, err := r.ReadValue()
		if err != nil {
			return
		}
		if name, err = jsontext.AppendUnquote(name[:0], quoted); err != nil {
			return
		}
		value, err := r.ReadValue()
		if err != nil {
			return
		}
		tell(name, value)
	}
}

// Text returns the text of a JSON string, and false if the value is something else.
func Text(value []byte) (string, bool) {
	if len(value) == 0 || value[0] != '"' {
		return "", false
	}
	text, err := jsontext.AppendUnquote(nil, value)
	return string(text), err == nil
}

// Quote returns the JSON string of a text.
func Quote(text string) []byte {
	quoted, _ := jsontext.AppendQuote(nil, text) // invalid UTF-8 becomes U+FFFD
	return quoted
}

// Append adds members, written as "name":value and separated by commas, to an object; nil means an empty one. The names must not be in it
// yet.
func Append(object, members []byte) []byte {
	if len(members) == 0 {
		return object
	}
	end := bytes.LastIndexByte(object, '}')
	head := bytes.TrimRight(object[:max(end, 0)], " \t\r\n")
	grown := make([]byte, 0, len(head)+len(members)+3)
	if len(head) == 0 {
		grown = append(grown, '{')
	}
	grown = append(grown, head...)
	if grown[len(grown)-1] != '{' {
		grown = append(grown, ',')
	}
	return append(append(grown, members...), '}')
}

// Rewrite calls replace for every text, number, true, false and null in an object. names are the names of the members that lead to the
// value, from the outside in; items of a list have the name of the list. If replace returns nil, the value stays.
func Rewrite(object []byte, replace func(names []string, value []byte) []byte) []byte {
	r := read(object)
	defer readers.Put(r)
	w := rewriter{reader: r, raw: object, replace: replace}
	w.value()
	if w.copied == 0 {
		return object
	}
	return append(w.out, object[w.copied:]...)
}

type rewriter struct {
	*reader
	raw, out []byte
	// copied is how much of raw is in out, or replaced there.
	copied  int64
	names   []string
	replace func(names []string, value []byte) []byte
}

// value goes through the next value; false ends the walk.
func (w *rewriter) value() bool {
	switch w.PeekKind() {
	case jsontext.KindBeginObject:
		return w.object()
	case jsontext.KindBeginArray:
		return w.list()
	}
	value, err := w.ReadValue()
	if err != nil {
		return false
	}
	if other := w.replace(w.names, value); other != nil {
		end := w.InputOffset()
		w.out = append(append(w.out, w.raw[w.copied:end-int64(len(value))]...), other...)
		w.copied = end
	}
	return true
}

func (w *rewriter) object() bool {
	_, _ = w.ReadToken() // the brace that was peeked
	for w.PeekKind() == jsontext.KindString {
		name, err := w.ReadToken()
		if err != nil {
			return false
		}
		w.names = append(w.names, name.String())
		if !w.value() {
			return false
		}
		w.names = w.names[:len(w.names)-1]
	}
	_, err := w.ReadToken()
	return err == nil
}

func (w *rewriter) list() bool {
	_, _ = w.ReadToken() // the bracket that was peeked
	for w.PeekKind() != jsontext.KindEndArray {
		if !w.value() {
			return false
		}
	}
	_, err := w.ReadToken()
	return err == nil
}
