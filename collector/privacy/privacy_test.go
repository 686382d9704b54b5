package privacy

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/footfall-analytics/footfall/collector/event"
)

const key = "0123456789abcdef"

func filter(t testing.TB, s Settings) *Filter {
	t.Helper()
	f, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWhoIsKept(t *testing.T) {
	yes, no := true, false
	dnt, gpc := http.Header{"Dnt": {"1"}}, http.Header{"Sec-Gpc": {"1"}}
	for _, test := range []struct {
		settings Settings
		header   http.Header
		consent  *bool
		metadata string
		kept     bool
	}{
		{Settings{}, dnt, &no, `{"consent":false}`, true},
		{Settings{RespectDNT: true}, dnt, nil, "", false},
		{Settings{RespectDNT: true}, gpc, nil, "", true},
		{Settings{RespectDNT: true}, http.Header{"Dnt": {"0"}}, nil, "", true},
		{Settings{RespectGPC: true}, gpc, &yes, "", false},
		{Settings{RespectGPC: true}, dnt, nil, "", true},
		{Settings{RequireConsent: true}, nil, nil, "", false},
		{Settings{RequireConsent: true}, nil, nil, `{"consent":true}`, true},
		{Settings{RequireConsent: true}, nil, nil, `{"\u0063onsent":true}`, true},
		{Settings{RequireConsent: true}, nil, nil, `{"consent":"true"}`, false},
		{Settings{RequireConsent: true}, nil, nil, `{"x":{"consent":true}}`, false},
		{Settings{RequireConsent: true}, nil, &yes, `{"consent":false}`, true},
		{Settings{RequireConsent: true}, nil, &no, `{"consent":true}`, false},
	} {
		e := event.Event{Metadata: []byte(test.metadata)}
		if kept := filter(t, test.settings).Apply(Request{Header: test.header, Consent: test.consent}, &e); kept != test.kept {
			t.Errorf("%+v: %t", test, kept)
		}
	}
}

func TestWhatIsKept(t *testing.T) {
	const (
		fourIP   = "203.0.113.9"
		sixIP    = "2001:db8:1:2::5"
		metadata = `{"price":1.50,"id":12345678901234567890,"email":"ann@example.org","contact":{"phone":[4917,"+49 17",null,true],"name":"Ann"},"tag":"\u00e9"}`
	)
	for name, test := range map[string]struct {
		settings       Settings
		address        string
		metadata, want string
	}{
		"nothing":     {Settings{}, fourIP, `{"a":"x"}`, `{"a":"x"}`},
		"none":        {Settings{IP: "none"}, fourIP, `{"ip":"1.2.3.4","context":{"ip":"1.2.3.4","x":1},"zip":"1.2.3.4"}`, `{"ip":null,"context":{"ip":null,"x":1},"zip":"1.2.3.4"}`},
		"escaped":     {Settings{IP: "none"}, fourIP, `{"\u0069p":"1.2.3.4"}`, `{"\u0069p":null}`},
		"no address":  {Settings{IP: "truncate"}, fourIP, `{"ip":"home"}`, `{"ip":null}`},
		"truncate 4":  {Settings{IP: "truncate"}, fourIP, ``, `{"ip":"203.0.113.0"}`},
		"truncate 6":  {Settings{IP: "truncate"}, sixIP, `{"a":1}`, `{"a":1,"ip":"2001:db8:1::"}`},
		"own address": {Settings{IP: "truncate"}, fourIP, `{"ip":"198.51.100.77"}`, `{"ip":"198.51.100.0"}`},
		"unknown":     {Settings{IP: "truncate"}, "", `{"a":1}`, `{"a":1}`},
		"hash":        {Settings{IP: "hash", HashKey: key}, fourIP, `{"context":{"ip":"203.0.113.9, 10.0.0.1"}}`, `{"context":{"ip":"HMAC(203.0.113.9, 10.0.0.1)"},"ip":"HMAC(203.0.113.9)"}`},
		"properties": {Settings{HashProperties: []string{"email", " phone"}, HashKey: key}, "", metadata,
			`{"price":1.50,"id":12345678901234567890,"email":"HMAC(ann@example.org)","contact":{"phone":["HMAC(4917)","HMAC(+49 17)",null,true],"name":"Ann"},"tag":"\u00e9"}`},
		"path": {Settings{HashProperties: []string{"contact.name"}, HashKey: key}, "", `{"name":"shoe","contact":{"name":"Ann"},"contact.name":"Ann"}`,
			`{"name":"shoe","contact":{"name":"HMAC(Ann)"},"contact.name":"HMAC(Ann)"}`},
		"object": {Settings{HashProperties: []string{"contact"}, HashKey: key}, "", `{"contact":{"name":"Ann","ok":true}}`, `{"contact":{"name":"HMAC(Ann)","ok":true}}`},
		"md5":    {Settings{HashProperties: []string{"email"}, HashAlgorithm: "md5"}, "", `{"email":"ann@example.org"}`, `{"email":"MD5(ann@example.org)"}`},
	} {
		e := event.Event{Metadata: []byte(test.metadata), Traits: []byte(test.metadata)}
		address, _ := netip.ParseAddr(test.address)
		if !filter(t, test.settings).Apply(Request{Address: address}, &e) {
			t.Fatal(name)
		}
		for text, sum := range sums {
			test.want = strings.ReplaceAll(test.want, text, sum)
		}
		if string(e.Metadata) != test.want || e.Metadata != nil && !json.Valid(e.Metadata) {
			t.Errorf("%s: %s, want\n%s", name, e.Metadata, test.want)
		}
		if test.address == "" && string(e.Traits) != test.want {
			t.Errorf("%s: traits %s, want\n%s", name, e.Traits, test.want)
		}
	}
}

// sums were made with openssl dgst -sha256 -hmac 0123456789abcdef, and -md5.
var sums = map[string]string{
	"HMAC(203.0.113.9)":           "6c12fd2b48792833d1b66bab19e823a5fc150b64d196e3985133ae5ce983bd49",
	"HMAC(203.0.113.9, 10.0.0.1)": "b3eb53885678b42d1545d51192e82227311b510e8d86c86ff9272e192cbc0a83",
	"HMAC(ann@example.org)":       "b2eadfbaaca8f7b30b76563378bedc2fe183e5b392a7710ab8166987238c66ef",
	"HMAC(4917)":                  "c5a993cfa03538055279e3dfcded01a5a327205e101f7cd73ac941649b180765",
	"HMAC(+49 17)":                "e8059c43e74badac0a9bf42f883230126b4bd2bc9a3b812e95bcc8671ea6313b",
	"HMAC(Ann)":                   "993bf55a4da782513aed2f25784cb2b7d9191c100b6e24a3f61ad1619f0372d3",
	"MD5(ann@example.org)":        "8b5a6a28fc840441be692d74a81ccd1a",
}

func TestSettingsThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(key+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		settings Settings
		reason   string
	}{
		{Settings{IP: "hash"}, "need --hash-key"},
		{Settings{IP: "hash", HashKey: "short"}, "here it has 5"},
		{Settings{HashProperties: []string{"email"}}, "need --hash-key"},
		{Settings{HashProperties: []string{"email", ""}, HashKey: key}, "empty name"},
		{Settings{HashKey: key, HashKeyFile: file}, "take one"},
		{Settings{IP: "hash", HashKeyFile: file + "x"}, "--hash-key-file"},
	} {
		if _, err := New(test.settings); err == nil || !strings.Contains(err.Error(), test.reason) || strings.Contains(err.Error(), "short") {
			t.Errorf("%+v: %v", test.settings, err)
		}
	}
	one, other := filter(t, Settings{IP: "hash", HashKey: key}), filter(t, Settings{IP: "hash", HashKeyFile: file})
	if string(one.hashWithKey("x")) != string(other.hashWithKey("x")) {
		t.Error("the key in the file is another one")
	}
}

func BenchmarkApply(b *testing.B) {
	metadata := []byte(`{"product":"Trail shoe","price":89.9,"category":"shoes","position":{"x":120,"y":803},"element":"button.buy","email":"ann@example.org"}`)
	for name, s := range map[string]Settings{"default": {}, "all": {RespectDNT: true, RespectGPC: true, IP: "hash", HashProperties: []string{"email"}, HashKey: key}} {
		b.Run(name, func(b *testing.B) {
			f := filter(b, s)
			r := Request{Header: http.Header{}, Address: netip.MustParseAddr("203.0.113.9")}
			b.ReportAllocs()
			for b.Loop() {
				e := event.Event{Metadata: metadata}
				f.Apply(r, &e)
			}
		})
	}
}
