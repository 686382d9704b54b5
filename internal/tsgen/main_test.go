package main

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The front end's types must be those of the model as it is now.
func TestTypesAreCurrent(t *testing.T) {
	want, err := Generate("../../pkg/model")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../src/types.gen.ts")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("src/types.gen.ts has drifted from pkg/model; run `go generate ./pkg/model` (-want +got):\n%s", diff)
	}
}

// The front end's defaults must be those of the model as it is now.
func TestDefaultsAreCurrent(t *testing.T) {
	want, err := Defaults()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../src/defaults.gen.ts")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("src/defaults.gen.ts has drifted from pkg/model; run `go generate ./pkg/model` (-want +got):\n%s", diff)
	}
}
