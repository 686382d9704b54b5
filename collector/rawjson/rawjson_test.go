package rawjson

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestMembers(t *testing.T) {
	var got []string
	Members([]byte(` { "a" : 1.50 ,"\u0062":{"c":[1,{"a":2}]},"a":null, "d":"}\"," } `), func(name, value []byte) {
		Members([]byte(`{"inner":1}`), func(_, _ []byte) {}) // calls within one another do not disturb each other
		got = append(got, fmt.Sprintf("%s=%s", name, value))
	})
	if want := `a=1.50 b={"c":[1,{"a":2}]} a=null d="}\","`; strings.Join(got, " ") != want {
		t.Errorf("%s, want %s", got, want)
	}
	Members([]byte(`{}`), func(name, _ []byte) { t.Error(string(name)) })
}

func TestText(t *testing.T) {
	for value, want := range map[string]string{`"x"`: "x true", `"\u00e9\n"`: "é\n true", `1`: " false", `null`: " false", ``: " false", `{"a":1}`: " false"} {
		text, is := Text([]byte(value))
		if got := fmt.Sprint(text, " ", is); got != want {
			t.Errorf("%s: %q", value, got)
		}
	}
	if got := string(Quote("a\"é\x00")); got != `"a\"é\u0000"` {
		t.Error(got)
	}
}

func TestAppend(t *testing.T) {
	for _, test := range []struct{ object, members, want string }{
		{``, `"a":1`, `{"a":1}`},
		{`{}`, `"a":1`, `{"a":1}`},
		{" {\n } ", `"a":1`, ` {"a":1}`},
		{`{"b":{}}`, `"a":1,"c":2`, `{"b":{},"a":1,"c":2}`},
		{`{"b": "}" }`, `"a":1`, `{"b": "}","a":1}`},
		{`{"b":1}`, ``, `{"b":1}`},
		{``, ``, ``},
	} {
		if got := string(Append([]byte(test.object), []byte(test.members))); got != test.want {
			t.Errorf("%+v: %s", test, got)
		}
	}
	object := make([]byte, 7, 100)
	copy(object, `{"b":1}`)
	if Append(object, []byte(`"a":1`)); string(object[:7]) != `{"b":1}` {
		t.Error("the object itself was changed")
	}
}

// What is not replaced stays byte for byte: long numbers, escapes, white space, names given twice.
func TestRewrite(t *testing.T) {
	object := `{ "a":1.0e+2, "long":12345678901234567890123, "b" : [ "x", {"c":"\u0041\ud83d\ude00", "c": true}, [null,2] ], "":"x","e":{} }`
	var asked []string
	same := Rewrite([]byte(object), func(names []string, value []byte) []byte {
		asked = append(asked, fmt.Sprintf("%s=%s", strings.Join(names, "/"), value))
		return nil
	})
	if string(same) != object {
		t.Error(string(same))
	}
	if got, want := strings.Join(asked, " "), `a=1.0e+2 long=12345678901234567890123 b="x" b/c="\u0041\ud83d\ude00" b/c=true b=null b=2 ="x"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	got := Rewrite([]byte(object), func(names []string, value []byte) []byte {
		if names[len(names)-1] == "c" || string(value) == `"x"` {
			return []byte(`"-"`)
		}
		return nil
	})
	if want := strings.NewReplacer(`"\u0041\ud83d\ude00"`, `"-"`, `true`, `"-"`, `"x"`, `"-"`).Replace(object); string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func FuzzRewrite(f *testing.F) {
	f.Add(`{"a":{"b":[1,"x",{"a":null}]},"":1e5}`)
	f.Fuzz(func(t *testing.T, object string) {
		if !json.Valid([]byte(object)) || !strings.HasPrefix(strings.TrimSpace(object), "{") {
			return
		}
		if same := Rewrite([]byte(object), func([]string, []byte) []byte { return nil }); string(same) != object {
			t.Errorf("%q became %q", object, same)
		}
		changed := Append(Rewrite([]byte(object), func([]string, []byte) []byte { return []byte(`"x"`) }), []byte(`"y":1`))
		if !json.Valid(changed) {
			t.Errorf("%q became %q", object, changed)
		}
	})
}

func BenchmarkMembers(b *testing.B) {
	object := []byte(`{"product":"Trail shoe","price":89.9,"category":"shoes","position":{"x":120,"y":803},"element":"button.buy","bot":false}`)
	b.ReportAllocs()
	for b.Loop() {
		Members(object, func(_, _ []byte) {})
	}
}
