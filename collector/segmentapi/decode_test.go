package segmentapi

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

func newDecoder() *Decoder { return &Decoder{MaxBatch: maxBatch} }

// one decodes a body that must be one good message.
func one(t *testing.T, call, body string) (event.Event, event.Context) {
	t.Helper()
	r, err := newDecoder().Decode(call, []byte(body), received)
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
		context    event.Context
	}{
		// As a browser sends it.
		{"track", `{"timestamp": "2026-11-24T05:59:59.801Z", "integrations": {"Segment.io": {}}, "userId": null, "anonymousId": "23adfd82",
			"event": "Course Clicked", "type": "track", "properties": {"title": "Intro", "price": 9.90, "url": "https://example.com/other"},
			"context": {"page": {"path": "/academy/", "referrer": "https://search.example/", "search": "", "title": "Academy", "url": "https://example.com/academy/"},
				"userAgent": "Mozilla/5.0 (X11)", "locale": "en-US", "library": {"name": "analytics.js", "version": "next-1.70.0"},
				"campaign": {"name": "tps", "source": "Newsletter"}, "timezone": "Europe/Berlin", "ip": "108.0.78.21", "consent": true},
			"messageId": "022BB90C-bbac-11e4-8dfc-aa07a5b093db", "writeKey": "k1", "sentAt": "2026-11-24T05:59:59.999Z", "_metadata": {"bundled": ["Segment.io"]}}`,
			event.Event{ID: id, UserID: "23adfd82", AnonymousID: "23adfd82", Type: "Course Clicked", Time: at("2026-11-24T05:59:59.801Z"),
				PageURL: "/academy/", Metadata: []byte(`{"title":"Intro","price":9.90,"url":"https://example.com/other",` +
					`"context":{"campaign":{"name":"tps","source":"Newsletter"},"library":{"name":"analytics.js","version":"next-1.70.0"},` +
					`"locale":"en-US","timezone":"Europe/Berlin","page":{"referrer":"https://search.example/"}}}`)},
			event.Context{UserAgent: "Mozilla/5.0 (X11)", IP: "108.0.78.21", Consent: &yes}},
		{"page", `{"messageId": "022bb90c-bbac-11e4-8dfc-aa07a5b093db", "userId": 97980, "anonymousId": "a", "name": "Home", "category": "Docs",
			"timestamp": "2026-11-24T13:30:00+0800", "properties": {"name": "Home", "url": "https://example.com/", "session_id": 1730}}`,
			event.Event{ID: id, UserID: "97980", AnonymousID: "a", Type: "page", Time: at("2026-11-24T05:30:00Z"), PageURL: "/",
				SessionID: "1730", Metadata: []byte(`{"name":"Home","url":"https://example.com/","session_id":1730,"category":"Docs"}`)}, event.Context{}},
		// As a mobile application sends it.
		{"screen", `{"messageId": "022bb90c-bbac-11e4-8dfc-aa07a5b093db", "userId": "u", "name": "Welcome", "timestamp": "2026-11-24T05:30:00.123456789Z",
			"context": {"device": {"id": "B5372DB0", "type": "iOS"}, "screen": {"width": 320, "height": 568}, "sessionId": "s1", "groupId": "g1",
				"locale": null, "consent": {"categoryPreferences": {"Advertising": false, "Analytics": true}}}}`,
			event.Event{ID: id, UserID: "u", Type: "screen", Time: at("2026-11-24T05:30:00.123456Z"), DeviceType: "mobile", SessionID: "s1",
				Metadata: []byte(`{"name":"Welcome","group_id":"g1","context":{"device":{"type":"iOS"},"screen":{"width":320,"height":568}}}`)}, event.Context{Consent: &yes}},
		{"identify", `{"messageId": "022bb90c-bbac-11e4-8dfc-aa07a5b093db", "userId": "u", "anonymousId": "a", "timestamp": "2026-11-24T05:30:00Z",
			"traits": { "email": "peter@example.com", "age": 7 }}`,
			event.Event{ID: id, UserID: "u", AnonymousID: "a", Alias: "a", Type: "identify", Time: at("2026-11-24T05:30:00Z"),
				Traits: []byte(`{"email":"peter@example.com","age":7}`)}, event.Context{}},
		{"identify", `{"messageId": "022bb90c-bbac-11e4-8dfc-aa07a5b093db", "userId": "", "anonymousId": "a", "timestamp": "2026-11-24T05:30:00Z", "traits": null}`,
			event.Event{ID: id, UserID: "a", AnonymousID: "a", Type: "identify", Time: at("2026-11-24T05:30:00Z")}, event.Context{}},
		{"group", `{"messageId": "022bb90c-bbac-11e4-8dfc-aa07a5b093db", "userId": "u", "groupId": 7, "timestamp": "2026-11-24T05:30:00Z",
			"traits": {"name": "Initech"}, "properties": {"not": "part of this call"}}`,
			event.Event{ID: id, UserID: "u", Type: "group", Time: at("2026-11-24T05:30:00Z"), Metadata: []byte(`{"traits":{"name":"Initech"},"group_id":"7"}`)}, event.Context{}},
		{"alias", `{"messageId": "022bb90c-bbac-11e4-8dfc-aa07a5b093db", "previousId": "a", "userId": "u", "timestamp": "2026-11-24T05:30:00Z"}`,
			event.Event{ID: id, UserID: "u", Alias: "a", Type: "alias", Time: at("2026-11-24T05:30:00Z")}, event.Context{}},
		{"alias", `{"messageId": "022bb90c-bbac-11e4-8dfc-aa07a5b093db", "previousId": "u", "userId": "u", "timestamp": "2026-11-24T05:30:00Z"}`,
			event.Event{ID: id, UserID: "u", Type: "alias", Time: at("2026-11-24T05:30:00Z")}, event.Context{}},
		// What properties say themselves stays.
		{"page", `{"messageId": "022bb90c-bbac-11e4-8dfc-aa07a5b093db", "userId": "u", "name": "N", "category": "C", "timestamp": "2026-11-24T05:30:00Z",
			"context": {"locale": "de", "groupId": "g"}, "properties": {"name": null, "category": "D", "context": [], "group_id": 1, "sessionId": "s", "url": {}}}`,
			event.Event{ID: id, UserID: "u", Type: "page", Time: at("2026-11-24T05:30:00Z"), SessionID: "s",
				Metadata: []byte(`{"name":null,"category":"D","context":[],"group_id":1,"sessionId":"s","url":{}}`)}, event.Context{}},
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
		{"from a client that says both", `"timestamp": "2026-11-24T05:59:50Z", "originalTimestamp": "2026-11-24T04:59:50Z", "sentAt": "2026-11-24T05:00:00.25Z"`,
			"2026-11-24T05:59:50Z", "2026-11-24T04:59:50Z", true},
		{"sent on by another server", `"originalTimestamp": "2025-12-10T04:08:26.000Z", "sentAt": "2025-12-10T04:08:30.000Z", "receivedAt": "2025-12-10T04:08:31.000Z",
			"timestamp": "2025-12-10T04:08:27.000Z"`, "2025-12-10T04:08:27Z", "", false},
		{"sent on without the time that was corrected", `"originalTimestamp": "2025-12-10T02:08:26Z", "sentAt": "2025-12-10T02:08:30Z", "receivedAt": "2025-12-10T04:08:31Z"`,
			"2025-12-10T04:08:27Z", "2025-12-10T02:08:26Z", true},
		{"sent on, of a clock that is right", `"originalTimestamp": "2025-12-10T04:08:26Z", "sentAt": "2025-12-10T04:08:30Z", "receivedAt": "2025-12-10T04:08:31Z"`,
			"2025-12-10T04:08:26Z", "", false},
		{"sent on without any time", `"sentAt": "2025-12-10T04:08:30Z", "receivedAt": "2025-12-10T04:08:31Z"`, "2025-12-10T04:08:31Z", "", false},
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
		{"track", `{"userId": "u", "event": "e", "properties": [1]}`, "properties", "must be an object, but is a list"},
		{"track", `{"userId": "u", "event": "e", "properties": [[]]}`, "properties", "must be an object, but is a list"},
		{"track", `{"userId": "u", "event": "e", "properties": ""}`, "properties", "must be an object, but is a string"},
		{"group", `{"userId": "u", "groupId": "g", "traits": ["a"]}`, "traits", "must be an object, but is a list"},
		{"track", `{"userId": "undefined", "anonymousId": "a", "event": "e"}`, "userId", `is "undefined", which is nobody's id`},
		{"track", `{"userId": 0, "event": "e"}`, "userId", `is "0", which is nobody's id`},
		{"track", `{"userId": -1.0, "event": "e"}`, "userId", `is "-1.0", which is nobody's id`},
		{"track", `{"anonymousId": "[object Object]", "event": "e"}`, "anonymousId", "which is nobody's id"},
		{"identify", `{"userId": " NULL ", "anonymousId": "a"}`, "userId", "which is nobody's id"},
		{"page", `{"userId": "{}"}`, "userId", "which is nobody's id"},
		{"group", `{"userId": "u", "groupId": "undefined"}`, "groupId", "which is nobody's id"},
		{"alias", `{"userId": "u", "previousId": "guest"}`, "previousId", "which is nobody's id"},
		{"alias", `{"userId": "anonymous", "previousId": "a"}`, "userId", "which is nobody's id"},
		{"track", `{"userId": "u", "event": "e", "timestamp": "2026-11-24T6:00:00Z"}`, "timestamp", "is not an ISO 8601 time"},
		{"track", `{"userId": "u", "event": "e", "timestamp": "2026-11-24T06:00:00,5Z"}`, "timestamp", "is not an ISO 8601 time"},
		{"track", `{"userId": "u", "event": "e", "timestamp": "2026-11-24T06:00:00+2400"}`, "timestamp", "is not an ISO 8601 time"},
		{"track", `{"userId": "u", "event": "e", "timestamp": "2026-11-24T06:00:00Z", "receivedAt": "just now"}`, "receivedAt", "is not an ISO 8601 time"},
		{"track", `{"userId": "u", "event": "e", "properties": {"price": 1e999}}`, "properties.price", "not a number of ordinary size"},
		{"track", `{"userId": "u", "event": "e", "properties": {"cart": [{"sku": "\u0000"}]}}`, "properties.cart[0].sku", "NUL"},
		{"track", `{"userId": "u", "event": "e", "properties": {"a": 1, "a": 2}}`, "properties", `has the field "a" twice`},
		{"track", `{"userId": "u", "event": "e", "properties": {"a": "` + strings.Repeat("x", event.MaxMetadata) + `"}}`, "properties", "at most 32768"},
		{"track", `{"userId": "u", "event": "e", "properties": {"url": "` + strings.Repeat("x", event.MaxPageURL+1) + `"}}`, "properties.url", "at most 8192"},
		{"track", `{"userId": "u", "event": "e", "properties": {"session_id": "` + long + `"}}`, "properties.session_id", "at most 200"},
		{"track", `{"userId": "u", "event": "e", "properties": {"sessionId": "` + long + `"}}`, "properties.sessionId", "at most 200"},
		{"page", `{"userId": "u", "name": "\u0000"}`, "name", "NUL"},
		{"page", `{"userId": "u", "name": {}}`, "name", "must be a string, but is an object"},
		{"identify", `{"userId": "u", "traits": 7}`, "traits", "must be an object, but is a number"},
		{"identify", `{"userId": "u", "traits": {"name": "\u0000"}}`, "traits.name", "NUL"},
		{"group", `{"userId": "u"}`, "groupId", "is missing; group needs it"},
		{"group", `{"userId": "u", "groupId": "g", "traits": {"a": ["\u0000"]}}`, "traits.a[0]", "NUL"},
		{"alias", `{"userId": "u"}`, "previousId", "is missing; alias needs it"},
		{"alias", `{"previousId": "a", "anonymousId": "a"}`, "userId", "is missing; alias needs it"},
		{"alias", `{"userId": "u", "previousId": "` + long + `"}`, "previousId", "at most 200"},
	} {
		r, err := newDecoder().Decode(test.call, []byte(test.body), received)
		if err != nil || len(r.Events) > 0 || len(r.Refused) != 1 || r.Refused[0].Field != test.field || !strings.Contains(r.Refused[0].Reason, test.reason) {
			t.Errorf("%s %.120s\nwant %s %s\ngot  %+v %v", test.call, test.body, test.field, test.reason, r.Refused, err)
		}
	}
}

// What is odd beside the event is left out, and said so; what is odd in the event itself is refused.
func TestDecodeLeavesOutWhatIsOdd(t *testing.T) {
	long := strings.Repeat("x", event.MaxName+1)
	for _, test := range []struct{ call, fields, left, metadata string }{
		// As PHP writes empty objects.
		{"track", `"properties": []`, "", ""},
		{"track", `"properties": [ ], "context": []`, "", ""},
		{"track", `"context": {"page": [], "device": [], "campaign": [], "app": [], "library": [], "consent": [], "ip": []}`, "", ""},
		{"identify", `"traits": []`, "", ""},
		{"group", `"groupId": "g", "traits": []`, "", `{"group_id":"g"}`},
		// Of another type.
		{"track", `"context": "web"`, "context must be an object, but is a string", ""},
		{"track", `"context": [1]`, "context must be an object, but is a list", ""},
		{"track", `"context": {"page": "https://x.example/"}`, "context.page must be an object, but is a string", ""},
		{"track", `"context": {"page": {"url": 7, "referrer": "r"}}`, "context.page.url must be a string, but is a number", `{"context":{"page":{"referrer":"r"}}}`},
		{"track", `"context": {"page": {"referrer": {}}}`, "context.page.referrer must be a string, but is an object", ""},
		{"track", `"context": {"userAgent": 5, "ip": {}}`, "context.userAgent must be a string, but is a number; context.ip must be a string, but is an object", ""},
		{"track", `"context": {"sessionId": {}, "groupId": true}`, "context.sessionId must be a string or a number, but is an object; context.groupId must be a string or a number, but is true or false", ""},
		{"track", `"context": {"consent": "yes"}`, "context.consent must be true or false, but is a string", ""},
		{"track", `"context": {"consent": {"categoryPreferences": {"A": 1}}}`, "context.consent.categoryPreferences.A must be true or false, but is a number", ""},
		{"track", `"context": {"device": "phone", "os": 7, "locale": 7, "timezone": {}, "app": {"name": {}, "version": "1"}}`,
			"context.app.name must be a text or a number, but is an object; context.device must be an object, but is a string; context.os must be an object, but is a number; " +
				"context.locale must be a string, but is a number; context.timezone must be a string, but is an object", `{"context":{"app":{"version":"1"}}}`},
		// What cannot be stored.
		{"track", `"context": {"page": {"url": "\u0000"}, "locale": "de"}`, "context.page.url contains a NUL character", `{"context":{"locale":"de"}}`},
		{"track", `"context": {"page": {"referrer": "\u0000"}, "locale": "de"}`, "context.page.referrer contains a NUL character", `{"context":{"locale":"de"}}`},
		{"track", `"context": {"device": {"type": "\u0000"}}`, "context.device.type contains a NUL character; context.device.type contains a NUL character", ""},
		{"track", `"context": {"campaign": {"name": -1e-999, "source": "s"}, "locale": "de"}`, "context.campaign.name -1e-999 is not a number", `{"context":{"locale":"de"}}`},
		{"track", `"context": {"sessionId": "` + long + `"}`, "context.sessionId is 201 bytes long", ""},
		{"track", `"context": {"page": {"url": "/` + strings.Repeat("x", event.MaxPageURL) + `"}}`, "context.page.url is 8193 bytes long", ""},
		{"track", `"properties": {"a": 1}, "context": {"campaign": {"name": "` + strings.Repeat("x", event.MaxMetadata) + `"}, "locale": "de"}`, "context.campaign", `{"a":1,"context":{"locale":"de"}}`},
		{"track", `"properties": {"a": "` + strings.Repeat("x", event.MaxMetadata-20) + `"}, "context": {"locale": "de-CH"}`, "context does not fit into metadata: it is 32", "long"},
		// What is not JSON in the strict sense.
		{"track", `"context": {"ip": "", "ip": ""}, "properties": {"a": 1}`, `context has the field "ip" twice`, `{"a":1}`},
		{"track", `"context": {"page": {"title": "\ud800"}}, "properties": {"a": 1}`, "context.page.title cannot be read", `{"a":1}`},
		// Ids of nobody beside a user.
		{"track", `"anonymousId": "null"`, `anonymousId is "null", which is nobody's id`, ""},
		{"identify", `"anonymousId": "undefined", "traits": {}`, `anonymousId is "undefined", which is nobody's id`, ""},
		{"track", `"context": {"groupId": 0}`, `context.groupId is "0", which is nobody's id`, ""},
	} {
		r, err := newDecoder().Decode(test.call, []byte(`{"userId": "u", "event": "e", `+test.fields+`}`), received)
		if err != nil || len(r.Events) != 1 || len(r.Refused) > 0 {
			t.Errorf("%s %.120s: %+v %v", test.call, test.fields, r.Refused, err)
			continue
		}
		want := strings.Split(test.left, "; ")
		if test.left == "" {
			want = nil
		}
		match := len(want) == len(r.LeftOut)
		for i := range min(len(want), len(r.LeftOut)) {
			match = match && strings.HasPrefix(r.LeftOut[i].Field+" "+r.LeftOut[i].Reason, want[i])
		}
		if !match {
			t.Errorf("%.120s: left out %+v, want %q", test.fields, r.LeftOut, want)
		}
		if e := r.Events[0]; string(e.Metadata) != test.metadata && test.metadata != "long" || e.AnonymousID != "" || e.Alias != "" {
			t.Errorf("%.120s: %+.300v %s", test.fields, e, e.Metadata)
		}
	}
}

func TestDecodeToldOfManyOddFieldsTellsSome(t *testing.T) {
	var odd []string
	for _, name := range []string{"userAgent", "ip", "sessionId", "groupId", "page", "app", "campaign", "device", "library", "network", "os", "screen", "timezone", "locale"} {
		odd = append(odd, fmt.Sprintf(`%q: [{}]`, name))
	}
	r, err := newDecoder().Decode("batch", []byte(`{"batch": [{}, {"type": "track", "userId": "u", "event": "e", "context": {`+strings.Join(odd, ",")+`}}]}`), received)
	if err != nil || len(r.Events) != 1 || len(r.LeftOut) != maxLeftOut || r.LeftOut[0].Index != 1 {
		t.Errorf("%+v %v", r, err)
	}
}

func TestDecodeKeepsTheContext(t *testing.T) {
	e, _ := one(t, "screen", `{"userId": "u", "context": {
		"app": {"name": "InitechGlobal", "version": "545", "build": "3.0.1.545", "namespace": "com.production.segment", "other": 1},
		"device": {"id": "B5372DB0", "advertisingId": "7A3CBEA0", "adTrackingEnabled": true, "manufacturer": "Apple", "model": "iPhone7,2", "name": "Ann's iPhone", "type": "ios", "token": "ff15bc0c"},
		"network": {"bluetooth": false, "carrier": "T-Mobile US", "cellular": true, "wifi": false}, "os": {"name": "iPhone OS", "version": "8.1.3"},
		"campaign": {"name": "TPS Innovation Newsletter", "source": "Newsletter", "medium": "email", "term": "tps reports", "content": "image link", "custom": 1},
		"timezone": "Europe/Amsterdam", "locale": "en-US", "screen": {"width": 320, "height": 568, "density": 2}, "library": {"name": "analytics.js", "version": "2.11.1"},
		"location": {"latitude": 40.2}, "traits": {"email": "ann@example.org"}, "ip": "8.8.8.8", "userAgent": "Mozilla/5.0"}}`)
	want := `{"context":{"app":{"name":"InitechGlobal","version":"545","build":"3.0.1.545","namespace":"com.production.segment"},` +
		`"campaign":{"name":"TPS Innovation Newsletter","source":"Newsletter","medium":"email","term":"tps reports","content":"image link","custom":1},` +
		`"device":{"manufacturer":"Apple","model":"iPhone7,2","type":"ios"},"library":{"name":"analytics.js","version":"2.11.1"},` +
		`"network":{"bluetooth":false,"carrier":"T-Mobile US","cellular":true,"wifi":false},"os":{"name":"iPhone OS","version":"8.1.3"},` +
		`"screen":{"width":320,"height":568,"density":2},"locale":"en-US","timezone":"Europe/Amsterdam"}}`
	if got := string(e.Metadata); got != want || e.DeviceType != "mobile" {
		t.Errorf("%s\nwant %s\n%s", got, want, e.DeviceType)
	}
}

func TestDecodeNamesDevicesAsUserAgentsDo(t *testing.T) {
	for device, want := range map[string]string{
		`{"type": "ios"}`: "mobile", `{"type": "Android"}`: "mobile", `{"type": "iOS", "model": "iPad13,1"}`: "tablet", `{"type": "tablet"}`: "tablet",
		`{"type": "Desktop"}`: "desktop", `{"type": "macOS"}`: "desktop", `{"type": "tvOS"}`: "tv", `{"type": "watchos"}`: "watch", `{"type": " Kiosk "}`: "kiosk",
		`{"model": "iPad13,1"}`: "", `{"type": 7}`: "", `{}`: "", `null`: "",
	} {
		if e, _ := one(t, "track", `{"userId": "u", "event": "e", "context": {"device": `+device+`}}`); e.DeviceType != want {
			t.Errorf("%s: %q, want %q", device, e.DeviceType, want)
		}
	}
}

func TestPageAddress(t *testing.T) {
	for address, want := range map[string][2]string{
		"":                                      {"", ""},
		"https://shop.example":                  {"/", "https://shop.example/"},
		"https://shop.example/a/b?q=1#top":      {"/a/b", "https://shop.example/a/b"},
		"https://shop.example?q=1":              {"/", "https://shop.example/"},
		"https://shop.example:8443/a":           {"/a", "https://shop.example:8443/a"},
		"https://ann:secret@shop.example/a":     {"/a", "https://shop.example/a"},
		"//shop.example/a?q":                    {"/a", "//shop.example/a"},
		"/a?token=1":                            {"/a", "/a"},
		"a/b#c":                                 {"a/b", "a/b"},
		"https://app.example/#/orders/17?q=1":   {"/#/orders/17", "https://app.example/#/orders/17"},
		"https://app.example/x#!/orders":        {"/x#!/orders", "https://app.example/x#!/orders"},
		"https://app.example/#access_token=abc": {"/", "https://app.example/"},
		"https://app.example/#/access_token=a":  {"/", "https://app.example/"},
		"https://x.example/a?b=https://y/z":     {"/a", "https://x.example/a"},
		"file:///C:/a.html":                     {"/C:/a.html", "file:///C:/a.html"},
		"about:blank":                           {"about:blank", "about:blank"},
		"Start page":                            {"Start page", "Start page"},
	} {
		if got := [2]string{pageAddress(address, false), pageAddress(address, true)}; got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}

// The times of a sender are corrected by what all its requests have shown.
func TestDecodeRemembersClocks(t *testing.T) {
	d := newDecoder()
	send := func(timestamp, sent string, received time.Time) time.Time {
		t.Helper()
		r, err := d.Decode("track", fmt.Appendf(nil, `{"anonymousId": "a", "event": "e", "timestamp": %q, "sentAt": %q}`, timestamp, sent), received)
		if err != nil || len(r.Events) != 1 {
			t.Fatal(r, err)
		}
		return r.Events[0].Time
	}
	pay := send("2026-11-24T06:00:10Z", "2026-11-24T06:00:10Z", at("2026-11-24T06:00:10.2Z"))
	visit := send("2026-11-24T06:00:00Z", "2026-11-24T06:00:00Z", at("2026-11-24T06:01:30Z"))
	if !visit.Equal(at("2026-11-24T06:00:00Z")) || !pay.After(visit) {
		t.Error(visit, pay)
	}
}

func TestDecodeBatchKeepsTheGoodMessages(t *testing.T) {
	r, err := newDecoder().Decode("batch", []byte(`{"writeKey": "k", "sentAt": "2026-11-24T05:00:00.25Z", "integrations": {}, "messageId": "m",
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
		]}`), received)
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
		{"batch", `{"batch": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}`, "11 events, at most 10"},
	} {
		if _, err := newDecoder().Decode(test.call, []byte(test.body), received); err == nil || !strings.Contains(err.Error(), test.reason) {
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
	d := newDecoder()
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, call := range append(calls, "batch") {
			r, err := d.Decode(call, body, received)
			if len(r.Events) != len(r.Contexts) || err == nil && len(r.Events)+len(r.Refused) == 0 {
				t.Fatalf("%s: %+v", call, r)
			}
			for _, e := range r.Events {
				if bad := e.Validate(received, 0); len(bad) > 0 {
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
	d := &Decoder{MaxBatch: 100}
	for b.Loop() {
		r, err := d.Decode("batch", body, received)
		if err != nil || len(r.Events) != 100 {
			b.Fatal(err, r.Refused)
		}
	}
}
