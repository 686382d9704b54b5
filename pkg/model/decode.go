package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/footfall-analytics/footfall/pkg/say"
)

// MaxQueryBytes is the largest query, as JSON.
const MaxQueryBytes = 1 << 20

// decode reads a query, and is strict where the JSON could mean two things: text that is not Unicode would silently become other text, and
// where a name occurs twice, Go would mix both values. The errors are of type [Error].
func decode(raw []byte) (*Query, error) {
	if len(raw) > MaxQueryBytes {
		return nil, invalid("query", say.New("problem.too-long", "has {{bytes}} bytes; at most {{most}} are allowed", len(raw), MaxQueryBytes))
	}
	if !utf8.Valid(raw) {
		return nil, invalid("query", say.New("problem.no-utf8", "is not valid UTF-8"))
	}
	var q Query
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if err := decoder.Decode(&q); err != nil {
		return nil, decodeError(err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, invalid("query", say.New("problem.text-after-json", "has text after the JSON object"))
	}
	if escape := loneSurrogate(raw); escape != "" {
		return nil, invalid("query", say.New("problem.half-character", "contains {{escape}}, which is half of a character; remove it", escape))
	}
	if name := repeatedName(json.NewDecoder(bytes.NewReader(raw))); name != "" {
		return nil, invalid(name, say.New("problem.twice", "is there twice; remove one of them"))
	}
	return &q, nil
}

// decodeError names the field of a value that has the wrong type.
func decodeError(err error) error {
	var mismatch *json.UnmarshalTypeError
	if !errors.As(err, &mismatch) {
		return invalid("query", say.New("problem.no-json", "is not valid JSON for a Footfall query: {{error}}", shorten(err.Error())))
	}
	field := strings.ReplaceAll(mismatch.Field, "EventSelector.", "")
	setDefault(&field, "query")
	found, kind := shorten(mismatch.Value), mismatch.Type
	if number, isNumber := strings.CutPrefix(found, "number "); isNumber && kind.Kind() == reflect.Int {
		return invalid(field, say.New("problem.fraction", "is a JSON number {{value}}; use a whole number", number))
	}
	return invalid(field, say.New("problem.json-kind", "is a JSON {{value}}; use {{kind}}", jsonValue(found), jsonKind(kind)))
}

// jsonValue names the kind of a value that the decoder did not expect; for a number it may include the number itself.
func jsonValue(found string) say.Text {
	kind, number, isKnown := strings.Cut(found, " ")
	switch {
	case isKnown:
		return say.New("word.this-number", "number {{value}}", number)
	case kind == "string":
		return say.New("word.string", "string")
	case kind == "bool":
		return say.New("word.bool", "bool")
	case kind == "number":
		return say.New("word.number", "number")
	case kind == "array":
		return say.New("word.array", "array")
	}
	return say.New("word.object", "object")
}

// jsonKind returns what JSON calls the values of a type.
func jsonKind(t reflect.Type) say.Text {
	switch t.Kind() {
	case reflect.String:
		return say.New("word.a-string", "a string")
	case reflect.Bool:
		return say.New("word.true-or-false", "true or false")
	case reflect.Int:
		return say.New("word.a-whole-number", "a whole number")
	case reflect.Float64:
		return say.New("word.a-number", "a number")
	case reflect.Slice:
		return say.New("word.an-array", "an array")
	}
	return say.New("word.an-object", "an object")
}

// loneSurrogate returns the first escape of valid JSON that stands for half of a UTF-16 pair without the other; empty for none.
func loneSurrogate(raw []byte) string {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		first, isUnit := utf16Unit(raw[i:])
		if !isUnit {
			i++ // the escaped character, which may be another backslash
			continue
		}
		const length = len(`\u0000`)
		if utf16.IsSurrogate(first) {
			second, _ := utf16Unit(raw[i+length:])
			if utf16.DecodeRune(first, second) == utf8.RuneError {
				return string(raw[i : i+length])
			}
			i += length
		}
		i += length - 1
	}
	return ""
}

// utf16Unit returns the number of an escape such as \u00e9 at the start of the text.
func utf16Unit(text []byte) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return rune(unit), err == nil
}

// repeatedName returns the path of the first name that an object of valid JSON has twice; empty for none. Names that differ only in case
// are the same, as they are to the decoder.
func repeatedName(decoder *json.Decoder) string {
	token, _ := decoder.Token() // valid JSON has a value here
	switch token {
	case json.Delim('{'):
		seen := map[string]bool{}
		for decoder.More() {
			key, _ := decoder.Token()
			name, _ := key.(string)
			folded := strings.ToLower(strings.ToUpper(name))
			if seen[folded] {
				return name
			}
			seen[folded] = true
			if inside := repeatedName(decoder); inside != "" {
				return joinPath(name, inside)
			}
		}
		_, _ = decoder.Token() // the closing brace
	case json.Delim('['):
		for i := 0; decoder.More(); i++ {
			if inside := repeatedName(decoder); inside != "" {
				return joinPath(indexPath("", i), inside)
			}
		}
		_, _ = decoder.Token()
	}
	return ""
}

// joinPath returns the path of something inside a field.
func joinPath(field, inside string) string {
	if strings.HasPrefix(inside, "[") {
		return field + inside
	}
	return field + "." + inside
}

// maxValueInError is how much of a wrong value an error shows.
const maxValueInError = 200

// shorten cuts a text that is too long to show.
func shorten(text string) string {
	if len(text) <= maxValueInError {
		return text
	}
	return strings.ToValidUTF8(text[:maxValueInError], "") + "…"
}

// quote returns a value as errors show it.
func quote[T ~string](value T) string { return strconv.Quote(shorten(string(value))) }
