package model

import (
	"encoding/json"
	"errors"
	"os"
	"testing"
)

// The same cases hold for the front end's validation (src/validate.test.ts).
func TestValidationCases(t *testing.T) {
	raw, err := os.ReadFile("testdata/validation_cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name          string
		Query         json.RawMessage
		Field, Reason string // both empty: the query is valid
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			_, err := Parse(c.Query)
			var field, reason string
			if e := (*Error)(nil); errors.As(err, &e) {
				field, reason = e.Field, e.Reason.String()
			} else if err != nil {
				t.Fatalf("an error that is no *Error: %v", err)
			}
			if field != c.Field || reason != c.Reason {
				t.Errorf("got  %q %q\nwant %q %q", field, reason, c.Field, c.Reason)
			}
		})
	}
}
