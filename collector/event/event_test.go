package event

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

func decodeOne(body []byte, now time.Time) (Event, Refusals, error) {
	b, err := Decoder{}.Decode(body, now)
	if len(b.Events) == 0 {
		return Event{}, b.Refused, err
	}
	return b.Events[0], b.Refused, err
}

var now = time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)

func TestDecodeTakesAnEventAsItIs(t *testing.T) {
	got, refused, err := decodeOne([]byte(`{"event_id": "0192F0C1-2b7e-7c3a-9f10-5a6b7c8d9e0f", "user_id": " Zoë ", "event_type": "支付", "timestamp":
		"2026-11-24T07:00:00.123456789+08:00", "page_url": "/cart?x=1", "device_type": "mobile", "session_id": "s1",
		"metadata": {"order": 12345678901234567890, "price": 9.90, "tags": ["a", null, true], "<b>": "\u00e9"}}`), now)
	if err != nil || len(refused) > 0 {
		t.Fatal(err, refused)
	}
	want := Event{ID: uuid.MustParse("0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e0f"), UserID: " Zoë ", Type: "支付",
		Time: time.Date(2026, 11, 23, 23, 0, 0, 123456000, time.UTC), PageURL: "/cart?x=1", DeviceType: "mobile", SessionID: "s1",
		Metadata: []byte(`{"order":12345678901234567890,"price":9.90,"tags":["a",null,true],"<b>":"\u00e9"}`), Received: now}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeMakesAnIDWhereThereIsNone(t *testing.T) {
	for _, id := range []string{"", `"event_id": null, `, `"event_id": "", `} {
		e, refused, err := decodeOne([]byte(`{`+id+`"user_id": "u", "event_type": "visit", "timestamp": "2026-11-24T06:00:00Z", "metadata": null, "page_url": null}`), now)
		if err != nil || len(refused) > 0 || e.ID.Version() != 7 || e.Metadata != nil || e.PageURL != "" {
			t.Errorf("%q: %+v, %v, %v", id, e, refused, err)
		}
	}
}

// with returns a good event with one field replaced, or left out where value is empty.
func with(field, value string) string {
	fields := map[string]string{"user_id": `"u"`, "event_type": `"visit"`, "timestamp": `"2026-11-24T06:00:00Z"`}
	fields[field] = value
	var parts []string
	for name, v := range fields {
		if v != "" {
			parts = append(parts, fmt.Sprintf("%q: %s", name, v))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func TestDecodeNamesFieldAndReason(t *testing.T) {
	deep := strings.Repeat(`{"a":`, MaxDepth) + "{}" + strings.Repeat("}", MaxDepth)
	for _, test := range []struct{ body, field, reason string }{
		{`[]`, "", "must be a JSON object, but is a list"},
		{`null`, "", "must be a JSON object, but is null"},
		{`7`, "", "must be a JSON object, but is a number"},
		{`{"user_id": "a", "user_id": "b"}`, "", `has the field "user_id" twice`},
		{with("user_id", ""), "user_id", "is missing"},
		{with("user_id", "null"), "user_id", "is missing"},
		{with("user_id", "7"), "user_id", "must be a string, but is a number"},
		{with("user_id", `""`), "user_id", "is blank"},
		{with("user_id", `" \t"`), "user_id", "is blank"},
		{with("user_id", `"a\u0000b"`), "user_id", "NUL"},
		{with("user_id", "\"a\xffb\""), "user_id", "UTF-8"},
		{with("user_id", `"`+strings.Repeat("x", MaxName+1)+`"`), "user_id", "is 201 bytes long; at most 200"},
		{with("event_type", ""), "event_type", "is missing"},
		{with("event_type", `"*"`), "event_type", "reserved"},
		{with("event_type", `{}`), "event_type", "but is an object"},
		{with("timestamp", ""), "timestamp", "is missing"},
		{with("timestamp", `""`), "timestamp", "is blank"},
		{with("timestamp", "1700000000"), "timestamp", "must be a string, but is a number"},
		{with("timestamp", `"yesterday"`), "timestamp", `"yesterday" is not an RFC 3339 time`},
		{with("timestamp", `"2026-11-24 06:00:00"`), "timestamp", "RFC 3339"},
		{with("timestamp", `"2026-11-24T06:00:00"`), "timestamp", "with a time zone"},
		{with("timestamp", `"2026-02-30T06:00:00Z"`), "timestamp", "RFC 3339"},
		{with("timestamp", `"1969-12-31T23:59:59Z"`), "timestamp", "out of range"},
		{with("timestamp", `"2026-11-25T06:00:01Z"`), "timestamp", "out of range"},
		{with("page_url", "false"), "page_url", "but is true or false"},
		{with("page_url", `"`+strings.Repeat("x", MaxPageURL+1)+`"`), "page_url", "at most 8192"},
		{with("device_type", `["mobile"]`), "device_type", "but is a list"},
		{with("session_id", `"\u0000"`), "session_id", "NUL"},
		{with("event_id", `"7"`), "event_id", "is not a UUID"},
		{with("event_id", `"{0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e0f}"`), "event_id", "is not a UUID"},
		{with("event_id", `"00000000-0000-0000-0000-000000000000"`), "event_id", "is not a UUID"},
		{with("event_id", `7`), "event_id", "must be a string"},
		{with("userId", `"u"`), "userId", "is not a field of an event; the fields are event_id, user_id"},
		{with("User_ID", `"u"`), "User_ID", "belong in metadata"},
		{with("metadata", `"x"`), "metadata", "must be an object, but is a string"},
		{with("metadata", `[]`), "metadata", "must be an object, but is a list"},
		{with("metadata", deep), "metadata" + strings.Repeat(".a", MaxDepth), "nested too deeply"},
		{with("metadata", `{"a": {"b": [1, "x\u0000"]}}`), "metadata.a.b[1]", "NUL"},
		{with("metadata", `{"a": {"b\u0000": 1}}`), "metadata.a", "NUL"},
		{with("metadata", `{"a": 1e400}`), "metadata.a", "1e400 is not a number of ordinary size"},
		{with("metadata", `{"a": -1e-999}`), "metadata.a", "-1e-999 is not"},
		{with("metadata", "{\"a\": \"\xc3\"}"), "metadata.a", "UTF-8"},
		{with("metadata", `{"a": "\ud800"}`), "metadata.a", "surrogate"},
		{with("metadata", `{"a": 1, "b": {"c": 1, "c": 2}}`), "metadata.b", `has the field "c" twice`},
		{with("metadata", `{"a": "`+strings.Repeat("x", MaxMetadata)+`"}`), "metadata", "at most 32768"},
	} {
		_, refused, err := decodeOne([]byte(test.body), now)
		if err != nil || len(refused) != 1 || refused[0].Field != test.field || !strings.Contains(refused[0].Reason, test.reason) {
			t.Errorf("%.100s\nwant %s %s\ngot  %+v %v", test.body, test.field, test.reason, refused, err)
		}
	}
}

func TestDecodeReportsEveryFieldButNotWithoutEnd(t *testing.T) {
	_, refused, _ := decodeOne([]byte(`{"user_id": 1, "event_type": "", "metadata": 7}`), now)
	fields := map[string]int{}
	for _, r := range refused {
		fields[r.Field]++
	}
	if diff := cmp.Diff(map[string]int{"user_id": 1, "event_type": 1, "metadata": 1, "timestamp": 1}, fields); diff != "" {
		t.Error(diff)
	}
	var many []string
	for i := range 1000 {
		many = append(many, fmt.Sprintf(`"f%d": 1`, i))
	}
	if _, refused, _ := decodeOne([]byte("{"+strings.Join(many, ",")+"}"), now); len(refused) != maxRefusals {
		t.Errorf("%d refusals", len(refused))
	}
}

func TestDecodeBatchKeepsTheGoodEvents(t *testing.T) {
	good := func(user string) string { return with("user_id", user) }
	b, err := Decoder{MaxBatch: 10}.DecodeBatch([]byte(`{"batch": [`+strings.Join([]string{good(`"u"`), with("user_id", ""), `7`, good(`"v"`), with("metadata", "\"\xff\""), good(`"w"`)}, ",")+`]}`), now)
	if err != nil {
		t.Fatal(err)
	}
	var users, at []string
	for _, e := range b.Events {
		users = append(users, e.UserID)
	}
	if diff := cmp.Diff([]string{"u", "v", "w"}, users); diff != "" {
		t.Error(diff)
	}
	for _, r := range b.Refused {
		at = append(at, fmt.Sprintf("%d %s", r.Index, r.Field))
	}
	if diff := cmp.Diff([]string{"1 user_id", "2 ", "4 metadata"}, at); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeBatchSaysWhatABodyShouldLookLike(t *testing.T) {
	good := with("user_id", `"u"`)
	for body, reason := range map[string]string{
		``:                                     "the body is empty",
		`{"batch": [`:                          "not valid JSON at byte 11",
		`{"batch": []} x`:                      "not valid JSON at byte 14",
		`[` + good + `]`:                       `send {"batch": [event, ...]}`,
		`{}`:                                   `needs the field "batch"`,
		`{"batch": []}`:                        "one or more events",
		`{"batch": {}}`:                        "a list of one or more events",
		`{"batch": null}`:                      "a list of one or more events",
		`{"batch": [` + good + `], "sent": 1}`: `unknown field "sent"`,
		`{"batch": [1, 2, 3]}`:                 "3 events, at most 2",
	} {
		if _, err := (Decoder{MaxBatch: 2}).DecodeBatch([]byte(body), now); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v, want %s", body, err, reason)
		}
	}
}

// FuzzDecode looks for bodies that break the reader, or give an event that the table cannot hold.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{with("user_id", `"u"`), with("metadata", `{"a": [1e5, "\ud800", {"b": null}]}`),
		with("event_id", `"0192f0c1-2b7e-7c3a-9f10-5a6b7c8d9e0f"`), `{"batch": [{}]}`, `{"user_id": "\u0000`, `[[[[`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _ = Decoder{MaxBatch: 10}.DecodeBatch(body, now)
		e, refused, err := decodeOne(body, now)
		if err != nil || len(refused) > 0 {
			return
		}
		if bad := e.Validate(now, 0); len(bad) > 0 {
			t.Fatalf("taken, though %v", bad)
		}
		if e.Metadata != nil && (!json.Valid(e.Metadata) || e.Metadata[0] != '{' || strings.Contains(string(e.Metadata), `\u0000`) &&
			!strings.Contains(string(e.Metadata), `\\u0000`)) {
			t.Fatalf("metadata %s", e.Metadata)
		}
	})
}

// What is older than the setting allows is refused by field and reason, to the microsecond; without the setting, anything since 1970 is
// taken.
func TestOldest(t *testing.T) {
	now := time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		oldest, ago time.Duration
		refused     bool
	}{{0, 50 * 365 * 24 * time.Hour, false}, {24 * time.Hour, 24 * time.Hour, false}, {24 * time.Hour, 24*time.Hour + time.Microsecond, true}} {
		e := Event{UserID: "u", Type: "e", Time: now.Add(-test.ago)}
		bad := e.Validate(now, test.oldest)
		if (len(bad) > 0) != test.refused || test.refused && (bad[0].Field != "timestamp" || !strings.Contains(bad[0].Reason, "--oldest")) {
			t.Error(test, bad)
		}
	}
}

// Records of the version before this one, without what was known of forgotten users, are read.
func TestRecordsOfVersion1(t *testing.T) {
	e := Event{UserID: "u", Type: "e", Time: time.Unix(1, 0).UTC(), Received: time.Unix(2, 0).UTC(), Forgets: 0}
	record := AppendRecord(nil, []Event{e})
	const times = 1 + 1 + 16 + 1 // version, number of events, id, whether the time was chosen
	at := times
	for range 3 {
		for record[at]&0x80 != 0 {
			at++
		}
		at++
	}
	record = append(record[:at:at], record[at+1:]...)
	record[0] = 1
	events, err := DecodeRecord(nil, record)
	if err != nil || len(events) != 1 || events[0].UserID != "u" || events[0].Forgets != 0 {
		t.Error(events, err)
	}
}
