package event

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestCheckObjectCopiesWithoutWhiteSpace(t *testing.T) {
	for raw, want := range map[string]string{
		"":       "",
		" null ": "",
		"{ }":    "{}",
		" {\"a\" : [ ] , \"b\": [1, -2.50e3 ,null,\ttrue], \"\": {\"c\": \"x y\\n\"}}\n": `{"a":[],"b":[1,-2.50e3,null,true],"":{"c":"x y\n"}}`,
		`{"order": 12345678901234567890, "backslash": "\\u0000", "é": "\ud83d\ude00"}`:   `{"order":12345678901234567890,"backslash":"\\u0000","é":"\ud83d\ude00"}`,
		`{"small": 0e-999, "largest": 1.7976931348623157e308}`:                           `{"small":0e-999,"largest":1.7976931348623157e308}`,
		nest(MaxDepth):                                strings.ReplaceAll(nest(MaxDepth), " ", ""),
		properties(MaxProperties, ""):                 properties(MaxProperties, ""),
		properties(1, strings.Repeat("n", MaxName-4)): properties(1, strings.Repeat("n", MaxName-4)),
	} {
		got, refused := CheckObject("metadata", []byte(raw))
		if string(got) != want || len(refused) > 0 {
			t.Errorf("%.80s: %.80s, %v", raw, got, refused)
		}
	}
}

// nest returns objects within one another.
func nest(levels int) string {
	return strings.Repeat(`{"a": `, levels-1) + "{}" + strings.Repeat("}", levels-1)
}

// properties returns an object of n names.
func properties(n int, prefix string) string {
	var members []string
	for i := range n {
		members = append(members, fmt.Sprintf(`"%s%04d":%d`, prefix, i, i%10))
	}
	return "{" + strings.Join(members, ",") + "}"
}

func TestCheckObjectNamesPlaceAndReason(t *testing.T) {
	for _, test := range []struct{ raw, field, reason string }{
		{`[]`, "metadata", "must be an object, but is a list"},
		{`"{}"`, "metadata", "must be an object, but is a string"},
		{`7`, "metadata", "but is a number"},
		{`{"a": {"b": [1, "x\u0000"]}}`, "metadata.a.b[1]", "NUL"},
		{`{"a": {"b\u0000": 1}}`, "metadata.a", "has a name that contains a NUL"},
		{`{"a": [{"b": 1, "b": 2}]}`, "metadata.a[0]", `has the field "b" twice`},
		{`{"a": 1, "\u0061": 2}`, "metadata", `has the field "a" twice`},
		{`{"a": 1e400}`, "metadata.a", "1e400 is not a number of ordinary size"},
		{`{"a": [-1E-999]}`, "metadata.a[0]", "-1E-999 is not"},
		{`{"a": ` + strings.Repeat("9", 310) + `}`, "metadata.a", "is not a number of ordinary size"},
		{"{\"a\": \"\xc3\"}", "metadata.a", "invalid UTF-8; send text as UTF-8"},
		{`{"a": "\ud800"}`, "metadata.a", "surrogate"},
		{`{"a": ["\udc00\ud800"]}`, "metadata.a[0]", "surrogate"},
		{`{"a": }`, "metadata.a", "cannot be read"},
		{`{"a": 1`, "metadata", "cannot be read"},
		{`{} 1`, "metadata", "has more after its end"},
		{`{} }`, "metadata", "cannot be read"},
		{`nonsense`, "metadata", "cannot be read"},
		{nest(MaxDepth + 1), "metadata" + strings.Repeat(".a", MaxDepth), "nested too deeply; at most 10"},
		{properties(MaxProperties+1, ""), "metadata", "more than 512 properties"},
		{`{"a": {"` + strings.Repeat("n", MaxName+1) + `": 1}}`, "metadata.a", "has a name of 201 bytes"},
		{`{"a": "` + strings.Repeat("x", MaxMetadata) + `"}`, "metadata", "is 32777 bytes long; at most 32768"},
	} {
		_, refused := CheckObject("metadata", []byte(test.raw))
		if len(refused) != 1 || refused[0].Field != test.field || !strings.Contains(refused[0].Reason, test.reason) {
			t.Errorf("%.80s\nwant %s %s\ngot  %+v", test.raw, test.field, test.reason, refused)
		}
	}
}

func TestCheckObjectTellsEveryFaultButNotWithoutEnd(t *testing.T) {
	if _, refused := CheckObject("m", []byte(`{"a": "\u0000", "b": 1, "c": 1e999}`)); len(refused) != 2 {
		t.Error(refused)
	}
	if _, refused := CheckObject("m", []byte(`{"a": [`+strings.Repeat(`"\u0000",`, 100)+`0]}`)); len(refused) != maxRefusals {
		t.Error(refused)
	}
}

// FuzzCheckObject looks for text that is let through though the database cannot hold it, or that is changed.
func FuzzCheckObject(f *testing.F) {
	for _, seed := range []string{nest(3), `{"a": [1e5, "\ud800", {"b": null}], "a": 1}`, `{"\\u0000": "\u0000"}`, `{"a": [[[`, "{\"\xff\": 1}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, refused := CheckObject("m", raw)
		if len(refused) > 0 || got == nil {
			return
		}
		var before, after map[string]any
		if json.Unmarshal(raw, &before) != nil || json.Unmarshal(got, &after) != nil {
			t.Fatalf("%q became %q", raw, got)
		}
		if fmt.Sprint(before) != fmt.Sprint(after) || strings.Contains(fmt.Sprint(after), "\x00") {
			t.Fatalf("%q became %q", raw, got)
		}
	})
}

func BenchmarkCheckObject(b *testing.B) {
	raw := []byte(`{"product_id":"p-1842","category":"kitchen","name":"Coffee grinder, steel","price":59.90,"currency":"EUR","quantity":1,` +
		`"position":{"x":0.4182,"y":0.7731,"element":"button.add-to-cart"},"tags":["sale","new"],"referrer":"https://example.com/search?q=grinder",` +
		`"variant":"black","brand":"Mill & Sons","coupon":null}`)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, refused := CheckObject("metadata", raw); len(refused) > 0 {
			b.Fatal(refused)
		}
	}
}
