package segments

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/pkg/model"
)

func TestReadIDs(t *testing.T) {
	for text, want := range map[string][]string{
		"ann\nbob\n":                           {"ann", "bob"},
		"user_id\nann":                         {"ann"},
		"\ufeffUser_ID\r\nann\r\n\r\nbob\r\n":  {"ann", "bob"},
		"ann\nuser_id\nann\n":                  {"ann", "user_id"},
		"\"a,b\"\n\"say \"\"hi\"\"\"\n  x  \n": {"a,b", `say "hi"`, "x"},
		"müller\n李\n":                          {"müller", "李"},
	} {
		got, err := readIDs(strings.NewReader(text))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%q: %v %s", text, err, diff)
		}
	}
	for text, want := range map[string]string{
		"":                                "no user ids",
		"user_id\n\n":                     "no user ids",
		"a;b\nm\xfcller":                  "UTF-8",
		"\xff\xfea\x00n\x00n\x00":         "UTF-8",
		"a\x00b":                          "UTF-8",
		"ann,1\nbob,2":                    "line 1 has 2 columns",
		"ann\nbob,x":                      "line 2 has 2 columns",
		"\"ann":                           "no CSV",
		strings.Repeat("\n", MaxUpload+1): fmt.Sprint(MaxUpload),
	} {
		upload := (*UploadError)(nil)
		if _, err := readIDs(strings.NewReader(text)); !errors.As(err, &upload) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v", text, err)
		}
	}
	atLimit := io.MultiReader(strings.NewReader("ann\n"), strings.NewReader(strings.Repeat("\n", MaxUpload-4)))
	if ids, err := readIDs(atLimit); err != nil || len(ids) != 1 {
		t.Error(ids, err)
	}
}

func TestImport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		w.did("ann:visit", "bob:visit", "cid:visit", "phone:visit")
		w.do(`SELECT join_users('phone', 'ann')`)
		w.mustSave("list", buyers)
		// Ann under two of her ids, and some whom nobody is.
		text := "bob\nphone\nann\n"
		for i := range atOnce {
			text += fmt.Sprintf("nobody%d\n", i)
		}
		u, err := w.Import(t.Context(), "list", strings.NewReader(text))
		if err != nil || u.Size != 2 || u.Entered != 2 || u.Known != 3 || u.Unknown != atOnce || len(u.Examples) != 10 || u.Examples[0] != "nobody0" || w.who("list") != "ann bob" {
			t.Errorf("%+v, %v, %s", u, err, w.who("list"))
		}
		if u, err := w.Import(t.Context(), "list", strings.NewReader("cid\nbob")); err != nil || u.Size != 2 || u.Entered != 1 || u.Left != 1 || w.who("list") != "bob cid" {
			t.Errorf("%+v, %v, %s", u, err, w.who("list"))
		}
		if _, err := w.Import(t.Context(), "list", strings.NewReader("\xff")); err == nil || w.who("list") != "bob cid" {
			t.Error(err, w.who("list"))
		}
		if _, err := w.Import(t.Context(), "buyers", strings.NewReader("ann")); !errors.Is(err, ErrDefined) {
			t.Error(err)
		}
		if _, err := w.Import(t.Context(), "none", strings.NewReader("ann")); !errors.Is(err, ErrNone) {
			t.Error(err)
		}
		if err := w.worker().round(t.Context()); err != nil || w.who("list") != "bob cid" {
			t.Error("refreshed:", w.who("list"), err)
		}
	})
}

func TestReadFiles(t *testing.T) {
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "s.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("# who buys\nsegments:\n- name: a\n  everyMinutes: 5\n  definition:\n    all:\n    - did: {event: buy, since: 2026-03-01, value: \"2\"}\n    - {segment: b, not: true}\n")
	list, err := ReadFiles([]string{good, write(`{"segments": [{"name": "b"}]}`)})
	if err != nil || len(list) != 2 || list[0].EveryMinutes != 5 || list[0].Definition.All[0].Did.Since != "2026-03-01" || !list[0].Definition.All[1].Not || list[1].Definition != nil {
		t.Errorf("%+v, %v", list, err)
	}
	for text, want := range map[string]string{
		"":                                "is empty",
		"a: 1":                            `write a list under "segments:"`,
		"segments:":                       "no list",
		"segments: 3":                     "write a list",
		"segments: [}":                    "did not find",
		"segments: []\nmore: 1":           "more",
		"segments: []\n---\nsegments: []": "several documents",
		"segments: &x [*x]":               "anchors",
		"segments: [{name: a, name: b}]":  "is there twice",
		"segments: [{name: A}]":           "segment 1 of the file: name is",
		"segments: [{name: a, definition: {did: {event: buy, value: .inf}}}]":                "line 1",
		"segments: [{name: a}, {name: b, definition: {all: [{did: {event: x, vaule: 1}}]}}]": "vaule",
		"segments: [{name: b, everyMinutes: 0.5}]":                                           "everyMinutes",
		strings.Repeat(" ", MaxDefinitions+1):                                                "make several files",
	} {
		if _, err := ReadFiles([]string{write(text)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v", text, err)
		}
	}
	if _, err := ReadFiles([]string{good, good}); err == nil || !strings.Contains(err.Error(), `the segment "a" is in`) {
		t.Error(err)
	}
	_, err = ReadFiles([]string{write("segments: [{name: A}, {name: B}]")})
	if err == nil || strings.Count(err.Error(), "name is") != 2 || len(model.Problems(err)) == 0 {
		t.Error("not all problems are named:", err)
	}
}
