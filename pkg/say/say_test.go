package say_test

import (
	"encoding/json"
	"testing"

	"github.com/footfall-analytics/footfall/pkg/say"
)

func TestText(t *testing.T) {
	inner := say.New("word.day", "day")
	for _, c := range []struct {
		text say.Text
		want string
		json string
	}{
		{say.New("a.plain", "Nothing to fill in."), "Nothing to fill in.", `{"id":"a.plain","text":"Nothing to fill in."}`},
		{say.New("a.twice", "{{n}} of {{m}}, {{n}}", 1, 2.5), "1 of 2.5, 1", `{"id":"a.twice","text":"1 of 2.5, 1","values":{"m":2.5,"n":1}}`},
		{say.New("a.list", "one of {{words}}", []string{"a", "b"}), "one of a, b", `{"id":"a.list","text":"one of a, b","values":{"words":["a","b"]}}`},
		{say.New("a.nested", "the last {{unit}}", inner), "the last day", `{"id":"a.nested","text":"the last day","values":{"unit":{"id":"word.day","text":"day"}}}`},
		// What a user wrote is no placeholder.
		{say.New("a.user", "{{name}} is {{number}}", "{{number}}", 3), "{{number}} is 3", `{"id":"a.user","text":"{{number}} is 3","values":{"name":"{{number}}","number":3}}`},
	} {
		if got := c.text.String(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
		raw, err := json.Marshal(c.text)
		if err != nil || string(raw) != c.json {
			t.Errorf("got %s (%v), want %s", raw, err, c.json)
		}
	}
}

func TestValuesMustFit(t *testing.T) {
	for name, make := range map[string]func(){
		"too few":  func() { say.New("a.b", "{{one}} {{two}}", 1) },
		"too many": func() { say.New("a.b", "{{one}}", 1, 2) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			make()
		}()
	}
}
