package event

import (
	"cmp"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Event is one thing that a user did, as it goes into the table user_events. Empty texts become NULL there.
type Event struct {
	// ID tells a second arrival of the same event from a second event.
	ID uuid.UUID
	// UserID and Type are never empty in a valid event. A visitor who is not known yet is the user of the anonymous id.
	UserID, Type string
	// AnonymousID is the id that the client gave its visitor before it knew the user.
	AnonymousID string
	// Time is when it happened, in UTC, cut to microseconds: that is what the database keeps.
	Time time.Time
	// SentTime is the client's own time if the collector chose or corrected Time; zero if the client gave none.
	SentTime time.Time
	// TimeChosen says that the collector chose Time: if the same event arrives again, it may get another time.
	TimeChosen bool
	// Received is when it arrived, in UTC, by the collector's clock.
	Received time.Time
	// Forgets is how often users had been forgotten, as far as the collector knew when it took the event. The event is not stored if its
	// user is forgotten after that, whatever clocks say.
	Forgets                        int64
	PageURL, DeviceType, SessionID string
	// Metadata is a JSON object; nil means an empty one.
	Metadata []byte
	// Traits is a JSON object with what the event says about its user, nil for nothing. It goes into the user's profile.
	Traits []byte
	// Alias is another id of the same user, whose events count as the user's from now on; empty for none.
	Alias string
}

// The longest values, in bytes of UTF-8. Names and ids are parts of index entries, which PostgreSQL limits to 2.7 kB; an
// address may be as long as web servers accept in a request.
const (
	MaxName     = 200
	MaxPageURL  = 8192
	MaxMetadata = 32 << 10
	// MaxDepth limits how deeply objects and lists may be nested in metadata, itself included.
	MaxDepth = 10
	// MaxProperties limits how many names metadata may have, at all levels together.
	MaxProperties = 512
)

// MaxAhead limits how far an event's time may lie ahead of the collector's clock, for clients whose clocks are wrong.
const MaxAhead = 24 * time.Hour

// earliest is the first time that is accepted: an older one comes from a clock that was never set.
var earliest = time.Unix(0, 0)

// Refusal says why an event is not taken.
type Refusal struct {
	// Index is the event's position in what was sent, from 0.
	Index int `json:"index"`
	// Field is the field at fault, such as "timestamp" or "metadata.cart.items[2]"; empty when it is the whole event.
	Field string `json:"field"`
	// Reason completes a sentence that begins with the field.
	Reason string `json:"reason"`
}

// Refusals say why some of the events are not taken; all others are.
type Refusals []Refusal

// Validate applies the rules that hold for events from everywhere, and reports every field that breaks one. oldest is how long ago the
// event may have happened, 0 for any time since 1970. Of the metadata only the size is checked. The refusals' index is 0.
func (e *Event) Validate(now time.Time, oldest time.Duration) Refusals {
	var bad Refusals
	check := func(field, value string, limit int) {
		if reason := textFault(value, limit); reason != "" {
			bad = append(bad, Refusal{Field: field, Reason: reason})
		}
	}
	checkID := func(field, id string) {
		if reason := cmp.Or(textFault(id, MaxName), NobodyFault(id)); reason != "" {
			bad = append(bad, Refusal{Field: field, Reason: reason})
		}
	}
	require := func(field, value string, check func(field, value string)) {
		if strings.TrimSpace(value) == "" {
			bad = append(bad, Refusal{Field: field, Reason: "is blank; it must say something"})
			return
		}
		check(field, value)
	}
	require("user_id", e.UserID, checkID)
	require("event_type", e.Type, func(field, value string) { check(field, value, MaxName) })
	if e.Type == "*" {
		bad = append(bad, Refusal{Field: "event_type", Reason: `"*" is reserved: in a query it means any event; choose a name`})
	}
	checkID("anonymous_id", e.AnonymousID)
	checkID("alias", e.Alias)
	check("page_url", e.PageURL, MaxPageURL)
	check("device_type", e.DeviceType, MaxName)
	check("session_id", e.SessionID, MaxName)
	check("metadata", string(e.Metadata), MaxMetadata)
	if e.Time.Before(earliest) || e.Time.After(now.Add(MaxAhead)) {
		bad = append(bad, Refusal{Field: "timestamp", Reason: fmt.Sprintf(
			"%s is out of range: it must lie between 1970-01-01 and 24 hours from now (%s)",
			e.Time.Format(time.RFC3339), now.UTC().Format(time.RFC3339))})
	} else if oldest > 0 && now.Sub(e.Time) > oldest {
		bad = append(bad, Refusal{Field: "timestamp", Reason: fmt.Sprintf(
			"%s is longer ago than is taken (%d days, the setting --oldest); import history with a larger one",
			e.Time.Format(time.RFC3339), int(oldest.Hours()/24))})
	}
	return bad
}

// textFault returns what keeps a text from being stored; empty if nothing does.
func textFault(s string, limit int) string {
	switch {
	case len(s) > limit:
		return fmt.Sprintf("is %d bytes long; at most %d are taken", len(s), limit)
	case strings.ContainsRune(s, 0):
		return `contains a NUL character (\u0000), which PostgreSQL cannot store; remove it`
	case !utf8.ValidString(s):
		return "is not valid UTF-8; send text as UTF-8"
	}
	return ""
}
