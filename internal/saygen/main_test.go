package main

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The front end must know the texts as the server says them now.
func TestListIsCurrent(t *testing.T) {
	want, err := Generate("../../pkg")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../src/said.gen.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("src/said.gen.json has drifted from pkg; run `go generate ./pkg/say` (-want +got):\n%s", diff)
	}
}

func TestRefused(t *testing.T) {
	for code, want := range map[string]string{
		`say.New(id, "English")`:                              "write the id",
		`say.New("a.b", english)`:                             "write the id",
		`say.New("a.b", "{{one}}")`:                           "names 1 values, and has 0",
		`say.New("a.b", "one", 1)`:                            "names 0 values, and has 1",
		`say.New("a.b", "{{one}}", all...)`:                   "each value",
		`[]any{say.New("a.b", "one"), say.New("a.b", "two")}`: "elsewhere",
	} {
		err := add(map[string]string{}, "x.go", "package x\nvar _ = "+code)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", code, err, want)
		}
	}
}

func TestFound(t *testing.T) {
	texts := map[string]string{}
	if err := add(texts, "x.go", "package x\nvar _ = f(say.New(\"a.b\", `{{one}} `+\"two\", say.New(\"c.d\", \"three\")))"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"a.b": "{{one}} two", "c.d": "three"}, texts); diff != "" {
		t.Error(diff)
	}
}
