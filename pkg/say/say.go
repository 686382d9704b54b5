// Package say is what the server says to people: notices, errors, names of columns. Each text has an id, by which the front end translates
// it; where nothing translates, as in alert rules, people read the English.
package say

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

//go:generate go run ../../internal/saygen -out ../../src/said.gen.json ..

// Text is a sentence or a name. Its zero value says nothing.
type Text struct {
	// ID is the text's id in the translation files, section.name.
	ID      string
	english string
	values  []value
}

type value struct {
	name string
	is   any
}

// Placeholder stands for a value in a text; its first group is the value's name.
var Placeholder = regexp.MustCompile(`\{\{(\w+)\}\}`)

// New makes a text from the English, in which {{name}} stands for a value, and from the values, in the order in which their names first
// occur: strings, numbers, lists of strings, or texts. Write id and English as literals: internal/saygen reads them in the source. A number
// of values that differs from the number of names is a panic.
func New(id, english string, values ...any) Text {
	t := Text{ID: id, english: english}
	for _, name := range Names(english) {
		if len(t.values) == len(values) {
			panic("say: no value for " + name + " of " + id)
		}
		t.values = append(t.values, value{name, values[len(t.values)]})
	}
	if len(t.values) != len(values) {
		panic("say: more values than names in " + id)
	}
	return t
}

// Names returns the names of the values in an English text, each once, in the order in which they occur.
func Names(english string) []string {
	var names []string
	seen := map[string]bool{}
	for _, match := range Placeholder.FindAllStringSubmatch(english, -1) {
		if name := match[1]; !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// String returns the text in English.
func (t Text) String() string {
	words := map[string]string{}
	for _, v := range t.values {
		if list, isList := v.is.([]string); isList {
			words[v.name] = strings.Join(list, ", ")
		} else {
			words[v.name] = fmt.Sprint(v.is)
		}
	}
	return Placeholder.ReplaceAllStringFunc(t.english, func(place string) string {
		return words[strings.Trim(place, "{}")]
	})
}

// Error is an error that the front end translates.
type Error struct{ Text }

func (e *Error) Error() string { return e.String() }

// Err returns the text as an error.
func (t Text) Err() error { return &Error{t} }

// MarshalJSON writes what src/said.ts reads: the id, the values by name, and the whole text in English.
func (t Text) MarshalJSON() ([]byte, error) {
	said := struct {
		ID     string         `json:"id"`
		Text   string         `json:"text"`
		Values map[string]any `json:"values,omitempty"`
	}{ID: t.ID, Text: t.String(), Values: map[string]any{}}
	for _, v := range t.values {
		said.Values[v.name] = v.is
	}
	return json.Marshal(said)
}
