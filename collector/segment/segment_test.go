package segment

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/footfall-analytics/footfall/collector/event"
)

const maxBatch = 10

var received = time.Date(2026, 11, 24, 6, 0, 0, 250_000_000, time.UTC)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// one decodes a body that must be one good message.
func one(t *testing.T, call, body string) (event.Event, Context) {
	t.Helper()
	r, err := Decode(call, []byte(body), maxBatch, received)
	if err != nil || len(r.Refused) > 0 || len(r.Events) != 1 || len(r.Contexts) != 1 {
		t.Fatalf("%s %s: %+v, %v", call, body, r, err)
	}
	return r.Events[0], r.Contexts[0]
}

func TestDecodePutsFieldsWhereTheyBelong(t *testing.T) {
	yes := true
	id := uuid.MustParse("022bb90c-bbac-11e4-8dfc-aa07a5b093db")
	for _, test := range []struct {
		call, body string
		want       event.Event
		context    Context
	}{
		// As a browser sends it.
		{"track", `{"timestamp": "2026-11-24T05:59:59.801Z", "integrations": {"Segment.io": {}}, "userId": null, "anonymousId": "23adfd82",
			"event": "Course Clicked", "type": "track", "properties": {"title": "Intro", "price": 9.90, "url": "https://example.com/other"},
			"context": {"page": {"path": "/academy/", "referrer": "https://search.example/", "search": "", "title": "Academy", "url": "https://example.com/academy/"},
				"userAgent": "Mozilla/5.0 (X11)", "locale": "en-US", "library": {"name": "analytics.js", "version": "next-1.70.0"},
				"campaign": {"name": "tps", "source": "Newsletter"}, "timezone": "Europe/Berlin", "ip": "108.0.78.21", "consent": true},
			"messageId": "022BB90C-bbac-11e4-8dfc-aa07a5b093db", "writeKey": "k1", "sentAt": "2026-11-24T05:59:59.999Z", "_metadata": {"bundled": ["Segment.io"]}}`,
			event.Event{ID: id, UserID: "23adfd82", AnonymousID: "23adfd82", Type: "Course Clicked", Time: at("2026-11-24T05:59:59.801Z"),
				PageURL: "https://example.com/academy/", Metadata: []byte(`{"title":"Intro","price":9.90,"url":"https://example.com/other",` +
					`"context":{"campaign":{"name":"tps","source":"Newsletter"},"library":{"name":"analytics.js","version":"next-1.70.0"},` +
					`"locale":"en-US","page":{"referrer":"https://search.example/"}}}`)},
			Context{UserAgent: "Mozilla/5.0 (X11)", IP: "108.0.78.21", Consent: &yes}},
		{"page", `{"messageId": "022bb90c-bbac-11e4-8dfc-aa07a5b093db", "userId": 97980, "anonymousId": "a", "name": "Home", "category": "Docs",
			"timestamp": "2026-11-24T13:30:00+0800", "properties": {"name": "Home", "url": "https://example.com/", "session_id": 1730}}`,
			event.Event{ID: id, UserID: "97980", AnonymousID: "a", Type: "page", Time: at("2026-11-24T05:30:00Z"), PageURL: "https://example.com/",
				SessionID: "1730", Metadata: []byte(`{"name":"Home","url":"https://example.com/","session_id":1730,"category":"Docs"}`)}, Context{}},
		// As a mobile application sends it.
		{"screen", `{"messageId": "022bb90c-bbac-11e4-8dfc-aa07a5b093db", "userId": "u", "name": "Welcome", "timestamp": "2026-11-24T05:30:00.123456789Z",
			"context": {"device": {"id": "B5372DB0", "type": "iOS"}, "screen": {"width": 320, "height": 568}, "sessionId": "s1", "groupId": "g1",
				"locale": null, "consent": {"categoryPreferences": {"Advertising": false, "Analytics": true}}}}`,
			event.Event{ID: id, UserID: "u", Type: "screen", Time: at("2026-11-24T05:30:00.123456Z"), DeviceType: "ios", SessionID: "s1",
				Metadata: []byte(`{"name":"Welcome","group_id":"g1","context":{"screen":{"width":320,"height":568}}}`)}, Context{Consent: &yes}},
		{"identify", `{"messageId": "022bb90c-bbac-11e4-8dfc-aa07a5b093db", "userId": "u", "anonymousId": "a", "timestamp": "2026-11-24T05:30:00Z",
			"traits": { "email": "peter@example.com", "age": 7 }}`,
			event.Event{ID: id, UserID: "u", AnonymousID: "a", Alias: "a", Type: "identify", Time: at("2026-11-24T05:30:00Z"),
				Traits: []byte(`{"email":"peter@example.com","age":7}`)}, Context{}},
		{"identify", `{"messageId": "022bb90c-bbac-11e4-8dfc-aa07a5b093db", "userId": "", "anonymousId": "a", "timestamp": "2026-11-24T05:30:00Z", "traits": null}`,
			event.Event{ID: id, UserID: "a", AnonymousID: "a", Type: "identify", Time: at("2026-11-24T05:30:00Z")}, Context{}},
		{"group", `{"messageId": "022bb90c-bbac-11e4-8dfc-aa07a5b093db", "userId": "u", "groupId": 7, "timestamp": "2026-11-24T05:30:00Z",
			"traits": {"name": "Initech"}, "properties": {"not": "part of this call"}}`,
			event.Event{ID: id, UserID: "u", Type: "group", Time: at("2026-11-24T05:30:00Z"), Metadata: []byte(`{"traits":{"name":"Initech"},"group_id":"7"}`)}, Context{}},
		{"alias", `{"messageId": "022bb90c-bbac-11e4-8dfc-aa07a5b093db", "previousId": "a", "userId": "u", "timestamp": "2026-11-24T05:30:00Z"}`,
			event.Event{ID: id, UserID: "u", Alias: "a", Type: "alias", Time: at("2026-11-24T05:30:00Z")}, Context{}},
		{"alias", `{"messageId": "022bb90c-bbac-11e4-8dfc-aa07a5b093db", "previousId": "u", "userId": "u", "timestamp": "2026-11-24T05:30:00Z"}`,
			event.Event{ID: id, UserID: "u", Type: "alias", Time: at("2026-11-24T05:30:00Z")}, Context{}},
		// What properties say themselves stays.
		{"page", `{"messageId": "022bb90c-bbac-11e4-8dfc-aa07a5b093db", "userId": "u", "name": "N", "category": "C", "timestamp": "2026-11-24T05:30:00Z",
			"context": {"locale": "de", "groupId": "g"}, "properties": {"name": null, "category": "D", "context": [], "group_id": 1, "sessionId": "s", "url": {}}}`,
			event.Event{ID: id, UserID: "u", Type: "page", Time: at("2026-11-24T05:30:00Z"), SessionID: "s",
				Metadata: []byte(`{"name":null,"category":"D","context":[],"group_id":1,"sessionId":"s","url":{}}`)}, Context{}},
	} {
		got, context := one(t, test.call, test.body)
		test.want.Received = received
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.call, diff)
		}
		if diff := cmp.Diff(test.context, context); diff != "" {
			t.Errorf("%s: %s", test.call, diff)
		}
	}
}

func TestDecodeKnowsAMessageAgainByItsID(t *testing.T) {
	body := `{"userId": "u", "event": "e", "messageId": %s}`
	first, _ := one(t, "track", fmt.Sprintf(body, `"ajs-next-1730000000000-0f3a"`))
	again, _ := one(t, "track", fmt.Sprintf(body, `"ajs-next-1730000000000-0f3a"`))
	other, _ := one(t, "track", fmt.Sprintf(body, `"ajs-next-1730000000000-0f3b"`))
	// The constant is part of what is stored: it must never change.
	if first.ID != again.ID || first.ID == other.ID || first.ID.String() != "31aa86d5-8da1-5f10-8938-7a6dc8a03a43" {
		t.Error(first.ID, again.ID, other.ID)
	}
	for _, none := range []string{`null`, `""`} {
		if made, _ := one(t, "track", fmt.Sprintf(body, none)); made.ID.Version() != 7 {
			t.Error(made.ID)
		}
	}
	if e, _ := one(t, "track", fmt.Sprintf(body, `"00000000-0000-0000-0000-000000000000"`)); e.ID.Version() != 5 {
		t.Error(e.ID)
	}
}

func TestDecodeCorrectsTheClient(t *testing.T) {
	for _, test := range []struct {
		name, fields string
		time, sent   string
		chosen       bool
	}{
		{"no time at all", `"sentAt": "2026-11-24T06:00:00Z"`, "2026-11-24T06:00:00.25Z", "", true},
		{"a blank time", `"timestamp": "", "sentAt": null`, "2026-11-24T06:00:00.25Z", "", true},
		{"no time of sending", `"timestamp": "2026-11-20T06:00:00Z"`, "2026-11-20T06:00:00Z", "", false},
		{"a clock that is right", `"timestamp": "2026-11-24T05:59:30Z", "sentAt": "2026-11-24T05:59:59Z"`, "2026-11-24T05:59:30Z", "", false},
		{"a clock within the limit", `"timestamp": "2026-11-24T05:58:00Z", "sentAt": "2026-11-24T05:59:00.25Z"`, "2026-11-24T05:58:00Z", "", false},
		{"a slow clock", `"timestamp": "2026-11-24T04:59:50Z", "sentAt": "2026-11-24T05:00:00.25Z"`, "2026-11-24T05:59:50Z", "2026-11-24T04:59:50Z", true},
		{"a fast clock", `"timestamp": "2031-11-24T05:59:50Z", "sentAt": "2031-11-24T06:00:00.25Z"`, "2026-11-24T05:59:50Z", "2031-11-24T05:59:50Z", true},
		{"a clock that was never set", `"timestamp": "1970-01-01T00:00:10Z", "sentAt": "1970-01-01T00:01:00.25Z"`, "2026-11-24T05:59:10Z", "1970-01-01T00:00:10Z", true},
		{"offline for three days, clock right", `"timestamp": "2026-11-21T06:00:00Z", "sentAt": "2026-11-24T06:00:00Z"`, "2026-11-21T06:00:00Z", "", false},
		{"offline for three days, clock slow", `"timestamp": "2026-11-21T05:00:00Z", "sentAt": "2026-11-24T05:00:00.25Z"`, "2026-11-21T06:00:00Z", "2026-11-21T05:00:00Z", true},
		{"sent on by another server", `"timestamp": "2026-11-24T05:59:50Z", "originalTimestamp": "2026-11-24T04:59:50Z", "sentAt": "2026-11-24T05:00:00.25Z"`,
			"2026-11-24T05:59:50Z", "2026-11-24T04:59:50Z", true},
	} {
		e, _ := one(t, "track", `{"userId": "u", "event": "e", `+test.fields+`}`)
		want := event.Event{Time: at(test.time), TimeChosen: test.chosen}
		if test.sent != "" {
			want.SentTime = at(test.sent)
		}
		if diff := cmp.Diff(want, event.Event{Time: e.Time, SentTime: e.SentTime, TimeChosen: e.TimeChosen}); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestDecodeTellsWhetherTheUserConsents(t *testing.T) {
	yes, no := true, false
	for given, want := range map[string]*bool{
		`null`:                        nil,
		`false`:                       &no,
		`{}`:                          nil,
		`{"categoryPreferences": {}}`: nil,
		`{"categoryPreferences": {"Marketing": true, "analytics": false}}`:  &no,
		`{"categoryPreferences": {"Marketing": false, "Analytics": true}}`:  &yes,
		`{"categoryPreferences": {"Marketing": false, "Functional": true}}`: nil,
		`{"categoryPreferences": {"Marketing": false, "C0003": false}}`:     &no,
	} {
		_, context := one(t, "track", `{"userId": "u", "event": "e", "context": {"consent": `+given+`}}`)
		if diff := cmp.Diff(want, context.Consent); diff != "" {
			t.Errorf("%s: %s", given, diff)
		}
	}
}

func TestDecodeNamesFieldAndReason(t *testing.T) {
	long := strings.Repeat("x", event.MaxName+1)
	for _, test := range []struct{ call, body, field, reason string }{
		{"track", `[]`, "", "must be an object, but is a list"},
		{"track", `{"event": "e"}`, "userId", "is missing; every message needs userId or anonymousId"},
		{"track", `{"event": "e", "userId": "", "anonymousId": null}`, "userId", "is missing"},
		{"track", `{"event": "e", "userId": " "}`, "userId", "is blank"},
		{"track", `{"event": "e", "anonymousId": "\t"}`, "anonymousId", "is blank"},
		{"track", `{"event": "e", "userId": {}}`, "userId", "must be a string or a number, but is an object"},
		{"track", `{"event": "e", "userId": "a\u0000"}`, "userId", "NUL"},
		{"track", `{"event": "e", "userId": "` + long + `"}`, "userId", "is 201 bytes long; at most 200"},
		{"track", `{"event": "e", "userId": "u", "anonymousId": "` + long + `"}`, "anonymousId", "at most 200"},
		{"track", "{\"event\": \"e\", \"userId\": \"\xff\"}", "userId", "UTF-8"},
		{"track", `{"event": "\ud800", "userId": "u"}`, "event", "surrogate"},
		{"track", `{"userId": "u"}`, "event", "is missing; track needs it"},
		{"track", `{"userId": "u", "event": "  "}`, "event", "is blank"},
		{"track", `{"userId": "u", "event": "*"}`, "event", "reserved"},
		{"track", `{"userId": "u", "event": 7}`, "event", "must be a string, but is a number"},
		{"track", `{"userId": "u", "event": "e", "event": "f"}`, "", `has the field "event" twice`},
		{"track", `{"userId": "u", "event": "e", "messageId": true}`, "messageId", "must be a string or a number, but is true or false"},
		{"track", `{"userId": "u", "event": "e", "timestamp": 1730000000}`, "timestamp", "must be a string, but is a number"},
		{"track", `{"userId": "u", "event": "e", "timestamp": "yesterday"}`, "timestamp", `"yesterday" is not an ISO 8601 time`},
		{"track", `{"userId": "u", "event": "e", "timestamp": "2026-11-24T06:00:00"}`, "timestamp", "with a time zone"},
		{"track", `{"userId": "u", "event": "e", "timestamp": "2026-11-25T06:00:01Z"}`, "timestamp", "out of range"},
		{"track", `{"userId": "u", "event": "e", "timestamp": "1969-12-31T23:59:59Z"}`, "timestamp", "out of range"},
		{"track", `{"userId": "u", "event": "e", "originalTimestamp": "1969-12-31T23:59:59Z"}`, "originalTimestamp", "out of range"},
		{"track", `{"userId": "u", "event": "e", "timestamp": "2026-11-26T06:00:00Z", "sentAt": "2026-11-24T06:00:00Z"}`, "timestamp", "out of range"},
		{"track", `{"userId": "u", "event": "e", "timestamp": "2026-11-24T06:00:00Z", "sentAt": "0001-01-01T00:00:00Z"}`, "sentAt", "centuries away"},
		{"track", `{"userId": "u", "event": "e", "timestamp": "2026-11-24T06:00:00Z", "sentAt": "now"}`, "sentAt", "ISO 8601"},
		{"track", `{"userId": "u", "event": "e", "properties": []}`, "properties", "must be an object, but is a list"},
		{"track", `{"userId": "u", "event": "e", "properties": {"price": 1e999}}`, "properties.price", "not a number of ordinary size"},
		{"track", `{"userId": "u", "event": "e", "properties": {"cart": [{"sku": "\u0000"}]}}`, "properties.cart[0].sku", "NUL"},
		{"track", `{"userId": "u", "event": "e", "properties": {"a": 1, "a": 2}}`, "properties", `has the field "a" twice`},
		{"track", `{"userId": "u", "event": "e", "properties": {"a": "` + strings.Repeat("x", event.MaxMetadata) + `"}}`, "properties", "at most 32768"},
		{"track", `{"userId": "u", "event": "e", "properties": {"url": "` + strings.Repeat("x", event.MaxPageURL+1) + `"}}`, "properties.url", "at most 8192"},
		{"track", `{"userId": "u", "event": "e", "properties": {"session_id": "` + long + `"}}`, "properties.session_id", "at most 200"},
		{"track", `{"userId": "u", "event": "e", "properties": {"sessionId": "` + long + `"}}`, "properties.sessionId", "at most 200"},
		{"track", `{"userId": "u", "event": "e", "context": {"sessionId": "` + long + `"}}`, "context.sessionId", "at most 200"},
		{"track", `{"userId": "u", "event": "e", "context": []}`, "context", "must be an object, but is a list"},
		{"track", `{"userId": "u", "event": "e", "context": {"page": {"url": 7}}}`, "context.page.url", "must be a string, but is a number"},
		{"track", `{"userId": "u", "event": "e", "context": {"page": {"url": "\u0000"}}}`, "context.page.url", "NUL"},
		{"track", `{"userId": "u", "event": "e", "context": {"page": {"referrer": "\u0000"}}}`, "context.page.referrer", "NUL"},
		{"track", `{"userId": "u", "event": "e", "context": {"device": {"type": "\u0000"}}}`, "context.device.type", "NUL"},
		{"track", `{"userId": "u", "event": "e", "context": {"campaign": {"name": -1e-999}}}`, "context.campaign.name", "-1e-999 is not"},
		{"track", `{"userId": "u", "event": "e", "context": {"groupId": "\u0000"}}`, "groupId", "NUL"},
		{"track", `{"userId": "u", "event": "e", "context": {"consent": "yes"}}`, "context.consent", "must be true or false, but is a string"},
		{"track", `{"userId": "u", "event": "e", "context": {"consent": {"categoryPreferences": {"A": 1}}}}`, "context.consent.categoryPreferences.A", "must be true or false, but is a number"},
		{"page", `{"userId": "u", "name": "\u0000"}`, "name", "NUL"},
		{"page", `{"userId": "u", "name": {}}`, "name", "must be a string, but is an object"},
		{"identify", `{"userId": "u", "traits": 7}`, "traits", "must be an object, but is a number"},
		{"identify", `{"userId": "u", "traits": {"name": "\u0000"}}`, "traits.name", "NUL"},
		{"group", `{"userId": "u"}`, "groupId", "is missing; group needs it"},
		{"group", `{"userId": "u", "groupId": "g", "traits": []}`, "traits", "must be an object, but is a list"},
		{"group", `{"userId": "u", "groupId": "g", "traits": {"a": ["\u0000"]}}`, "traits.a[0]", "NUL"},
		{"alias", `{"userId": "u"}`, "previousId", "is missing; alias needs it"},
		{"alias", `{"previousId": "a", "anonymousId": "a"}`, "userId", "is missing; alias needs it"},
		{"alias", `{"userId": "u", "previousId": "` + long + `"}`, "previousId", "at most 200"},
	} {
		r, err := Decode(test.call, []byte(test.body), maxBatch, received)
		if err != nil || len(r.Events) > 0 || len(r.Refused) != 1 || r.Refused[0].Field != test.field || !strings.Contains(r.Refused[0].Reason, test.reason) {
			t.Errorf("%s %.120s\nwant %s %s\ngot  %+v %v", test.call, test.body, test.field, test.reason, r.Refused, err)
		}
	}
}

func TestDecodeBatchKeepsTheGoodMessages(t *testing.T) {
	r, err := Decode("batch", []byte(`{"writeKey": "k", "sentAt": "2026-11-24T05:00:00.25Z", "integrations": {}, "messageId": "m",
		"context": {"library": {"name": "analytics-go", "version": "3.0.0"}, "ip": "10.0.0.1", "consent": true, "page": {"url": "/"}},
		"batch": [
			{"type": "track", "userId": "u", "event": "one", "timestamp": "2026-11-24T05:00:00Z", "sentAt": "2020-01-01T00:00:00Z"},
			{"type": "track", "userId": "u"},
			7,
			{"type": "identify", "userId": "v", "anonymousId": "w", "context": {"library": {"name": "mine"}, "consent": false, "ip": "10.0.0.2", "page": {"referrer": "r"}}},
			{"type": "order", "userId": "u"},
			{"userId": "u"},
			{"type": "track", "userId": "u", "event": "a", "event": "b"},
			`+"{\"type\": \"track\", \"userId\": \"\xff\", \"event\": \"a\"}"+`,
			{"type": "track", "userId": "u", "event": "two", "timestamp": "2026-11-24T04:00:00Z"}
		]}`), maxBatch, received)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, e := range r.Events {
		got = append(got, fmt.Sprint(e.Type, " ", e.UserID, " ", e.Time.Format(time.RFC3339Nano), " ", e.PageURL, " ", string(e.Metadata), " ",
			r.Contexts[i].IP, " ", *r.Contexts[i].Consent))
	}
	library := `{"context":{"library":{"name":"analytics-go","version":"3.0.0"}}}`
	if diff := cmp.Diff([]string{
		"one u 2026-11-24T06:00:00Z / " + library + " 10.0.0.1 true",
		`identify v 2026-11-24T06:00:00.25Z / {"context":{"library":{"name":"mine"},"page":{"referrer":"r"}}} 10.0.0.2 false`,
		"two u 2026-11-24T05:00:00Z / " + library + " 10.0.0.1 true",
	}, got); diff != "" {
		t.Error(diff)
	}
	got = nil
	for _, bad := range r.Refused {
		got = append(got, fmt.Sprintf("%d %s", bad.Index, bad.Field))
	}
	if diff := cmp.Diff([]string{"1 event", "2 ", "4 type", "5 type", "6 ", "7 userId"}, got); diff != "" {
		t.Error(diff)
	}
	if r.WriteKey != "k" {
		t.Error(r.WriteKey)
	}
}

func TestDecodeSaysWhatABodyShouldLookLike(t *testing.T) {
	good := `{"type": "track", "userId": "u", "event": "e"}`
	for _, test := range []struct{ call, body, reason string }{
		{"track", ` `, "the body is empty"},
		{"track", `{"userId": `, "not valid JSON at byte 11"},
		{"track", good + ` x`, "not valid JSON at byte 47"},
		{"order", good, `"order" is not a call`},
		{"batch", ``, "the body is empty"},
		{"batch", `{"batch": [`, "not valid JSON at byte 11"},
		{"batch", `{"batch": [` + good + `]`, "not valid JSON"},
		{"batch", `{"batch": [` + good + ` ` + good + `]}`, "not valid JSON"},
		{"batch", `{"batch": [` + good + `]} {}`, "more than one JSON value"},
		{"batch", `{"batch": [` + good + `]} x`, "not valid JSON"},
		{"batch", `[` + good + `]`, `must be an object, but is a list; send {"batch": [message, ...]}`},
		{"batch", `{}`, `needs the field "batch"`},
		{"batch", `{"batch": []}`, "one or more messages"},
		{"batch", `{"batch": {}}`, "a list of one or more events"},
		{"batch", `{"batch": null}`, "a list of one or more events"},
		{"batch", `{"batch": [` + good + `], "batch": []}`, `has the field "batch" twice`},
		{"batch", `{"batch": [` + good + `], "writeKey": 7}`, "writeKey must be a string, but is a number"},
		{"batch", `{"batch": [` + good + `], "context": {"page": 7}}`, "context.page must be an object, but is a number"},
		{"batch", `{"batch": [` + good + `], "context": {"ip": "", "ip": ""}}`, `context has the field "ip" twice`},
		{"batch", `{"batch": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}`, "11 events, at most 10"},
	} {
		if _, err := Decode(test.call, []byte(test.body), maxBatch, received); err == nil || !strings.Contains(err.Error(), test.reason) {
			t.Errorf("%s %s: %v, want %s", test.call, test.body, err, test.reason)
		}
	}
}

// FuzzDecode looks for bodies that break the reader, or give an event that the table cannot hold.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{"type": "track", "userId": "u", "event": "e", "properties": {"a": [1e5, "\ud800", {"b": null}], "url": 7}}`,
		`{"userId": 1, "anonymousId": "a", "traits": {}, "groupId": "g", "previousId": "p", "timestamp": "2026-11-24T06:00:00Z", "sentAt": "2026-11-24T05:00:00Z"}`,
		`{"batch": [{}, {"type": "page", "userId": "u", "name": "n"}], "context": {"locale": "de", "consent": {}}}`, `{"userId": "\u0000`, `[[[[`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, call := range append(calls, "batch") {
			r, err := Decode(call, body, maxBatch, received)
			if len(r.Events) != len(r.Contexts) || err == nil && len(r.Events)+len(r.Refused) == 0 {
				t.Fatalf("%s: %+v", call, r)
			}
			for _, e := range r.Events {
				if bad := e.Validate(received); len(bad) > 0 {
					t.Fatalf("taken, though %v", bad)
				}
				for _, object := range [][]byte{e.Metadata, e.Traits} {
					if _, bad := event.CheckObject("", object); len(bad) > 0 || object != nil && !json.Valid(object) {
						t.Fatalf("%s: %v", object, bad)
					}
				}
			}
		}
	})
}

func BenchmarkDecodeBatchOf100(b *testing.B) {
	message := `{"type":"track","messageId":"node-next-1730000000000-022bb90c-bbac-11e4-8dfc-aa07a5b093db","userId":"user-18422","event":"Product Viewed",` +
		`"timestamp":"2026-11-24T05:59:59.801Z","properties":{"product_id":"p-1842","category":"kitchen","name":"Coffee grinder, steel","price":59.90,` +
		`"currency":"EUR","quantity":1},"context":{"library":{"name":"@segment/analytics-node","version":"3.1.0"},"userAgent":"Mozilla/5.0"},"integrations":{}}`
	body := []byte(`{"batch":[` + strings.Repeat(message+",", 99) + message + `],"sentAt":"2026-11-24T06:00:00Z"}`)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := Decode("batch", body, 100, received)
		if err != nil || len(r.Events) != 100 {
			b.Fatal(err, r.Refused)
		}
	}
}
