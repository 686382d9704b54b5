package weblog

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"
)

const (
	rest    = ` [24/Nov/2026:10:00:00 +0100] "GET /shop HTTP/1.1" 200 5120`
	chrome  = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
	andMore = ` "-" "` + chrome + `"`
)

func TestWhoIsBeforeTheTime(t *testing.T) {
	for who, want := range map[string][2]string{ // host and address
		"203.0.113.9 - -":                                   {"", "203.0.113.9"},
		"2001:db8::5 - ann":                                 {"", "2001:db8::5"},
		"client.isp.example - -":                            {"", "client.isp.example"},
		"203.0.113.9:50123 - -":                             {"", "203.0.113.9:50123"},
		"203.0.113.9 - ann b. smith":                        {"", "203.0.113.9"},
		"203.0.113.9 ident ann":                             {"", "203.0.113.9"},
		"unix: - -":                                         {"", "unix:"},
		"shop.example:443 203.0.113.9 - -":                  {"shop.example", "203.0.113.9"},
		"Shop.Example:443 2001:db8::5 - ann":                {"shop.example", "2001:db8::5"},
		"shop.example 203.0.113.9 - -":                      {"shop.example", "203.0.113.9"},
		"shop.example:443 client.isp.example - -":           {"shop.example", "client.isp.example"},
		"localhost:8080 ::1 - -":                            {"localhost", "::1"},
		"[2001:db8::1]:443 203.0.113.9 - -":                 {"2001:db8::1", "203.0.113.9"},
		"[::1] fe80::1%eth0 - -":                            {"::1", "fe80::1%eth0"},
		"192.0.2.1:80 203.0.113.9 - -":                      {"192.0.2.1", "203.0.113.9"},
		"- 203.0.113.9 - -":                                 {"", "203.0.113.9"},
		"-:80 203.0.113.9 - -":                              {"", "203.0.113.9"},
		"_ 203.0.113.9 - -":                                 {"", "203.0.113.9"},
		"*.shop.example:80 203.0.113.9 - -":                 {"shop.example", "203.0.113.9"},
		strings.Repeat("h", 253) + ":65535 203.0.113.9 - -": {strings.Repeat("h", 253), "203.0.113.9"},
		strings.Repeat("h", 254) + ":65535 203.0.113.9 - -": {"", ""},
		"192.0.2.1 203.0.113.9 - -":                         {"", ""},
		"203.0.113.9, 192.0.2.1 - -":                        {"", ""},
		"203.0.113.9 -":                                     {"", ""},
		"":                                                  {"", ""},
		`<script> 203.0.113.9 - -`:                          {"", ""},
	} {
		for _, format := range []Format{Combined, Common} {
			text := who + rest
			if format == Combined {
				text += andMore
			}
			v, err := parse(format, text)
			if v.host != want[0] || v.address != want[1] || (err == nil) != (want[1] != "") {
				t.Errorf("%s: %q %q, want %q; %v", who, v.host, v.address, want, err)
			}
		}
	}
}

// A time is one that a server writes, not whatever can be made one.
func TestTimes(t *testing.T) {
	for text, good := range map[string]bool{
		"24/Nov/2026:10:00:00 +0100": true, "24/Nov/2026:23:59:59 -1130": true, "24/Nov/2026:10:00:00 +2359": true,
		"2026-11-24T10:00:00+01:00": true, "2026-11-24T10:00:00Z": true,
		"24/Nov/2026:1:00:00 +0100": false, "24/Nov/2026:10:00:00.5 +0100": false, "24/Nov/2026:10:00:00,5 +0100": false,
		"24/Nov/2026:10:00:00 +2400": false, "24/Nov/2026:10:00:00 +0160": false, "24/Nov/2026:24:00:00 +0100": false,
		"31/Nov/2026:10:00:00 +0100": false, "4/Nov/2026:10:00:00 +0100": false, "24/Nov/26:10:00:00 +0100": false,
		"2026-11-24T1:00:00Z": false, "2026-11-24T10:00:00,5Z": false, "2026-11-24T10:00:00+24:00": false, "24/Foo/2026:10:00:00 +0100": false, "": false,
	} {
		if _, err := parseTime(text); (err == nil) != good {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// The common format tells neither bots nor devices, which is not the same as telling that there are none.
func TestCommonFormat(t *testing.T) {
	log := "203.0.113.9 - -" + rest + "\n" + "shop.example:80 203.0.113.9 - -" + rest + ` 0.012` + "\n" + "203.0.113.9 - -" + rest + "x\n"
	got, err := collectIn(t, Common, map[uuid.UUID]bool{}, write(t, "access.log", log))
	if err != nil || got.New != 2 || got.Users != 1 || got.BotUsers != 0 || got.Refused != 1 {
		t.Fatalf("%v %+v", err, got.Summary)
	}
	if text := string(got.events[0].Metadata); text != `{"method":"GET","status":200,"bytes":5120,"asset":false}` || got.events[0].DeviceType != "" {
		t.Error(text, got.events[0].DeviceType)
	}
	if text := string(got.events[1].Metadata); text != `{"method":"GET","status":200,"bytes":5120,"host":"shop.example","asset":false}` {
		t.Error(text)
	}
}

// When no line becomes an event, it is said why not and what else to do.
func TestNoLineFits(t *testing.T) {
	for _, test := range []struct {
		format    Format
		log, says string
	}{
		{Combined, "203.0.113.9 - -" + rest + "\n", "access.log:1, is not in the combined format: address - user [time] \"request\" status bytes \"referrer\" \"agent\"; it is in the common format: use --format common"},
		{Common, `{"time": "2026"}` + "\n\n", "access.log:1, is not in the common format: address - user [time] \"request\" status bytes; what is in no format that is known here can be sent to POST /track/batch as JSON"},
		{Combined, strings.Replace("203.0.113.9 - -"+rest+andMore, "2026", "1926", 1) + "\n", "access.log:1, timestamp 1926-11-24T09:00:00Z is out of range"},
		{Combined, strings.Repeat("x", 2*maxLine), "access.log:1, is longer than"},
	} {
		_, err := collectIn(t, test.format, map[uuid.UUID]bool{}, write(t, "access.log", test.log))
		if !errors.As(err, new(Nothing)) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%v", err)
		}
	}
	// One is enough, and a file without a line is none that does not fit.
	for _, log := range []string{"nonsense\n203.0.113.9 - -" + rest + andMore + "\n", ""} {
		if _, err := collectIn(t, Combined, map[uuid.UUID]bool{}, write(t, "access.log", log)); err != nil {
			t.Error(err)
		}
	}
}

// FuzzParse looks for lines that break the reader, or that make an event which says more than its line.
func FuzzParse(f *testing.F) {
	for _, who := range []string{"203.0.113.9 - -", "shop.example:443 203.0.113.9 - -", "[::1]:80 ::1 - ann b"} {
		f.Add(who+rest+andMore, who+rest)
	}
	f.Fuzz(func(t *testing.T, combined, common string) {
		for format, line := range map[Format]string{Combined: combined, Common: common} {
			v, err := parse(format, line)
			if err == nil && (v.address == "" || !strings.Contains(line, v.address) || len(v.host) > 253) {
				t.Errorf("%q: %+v", line, v)
			}
		}
	})
}
