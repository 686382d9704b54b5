package people

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/writer"
	"github.com/footfall-analytics/footfall/internal/dbtest"
)

// What cannot be read keeps nobody from being forgotten or from getting what is stored.
func TestRejectedEventsThatCannotBeRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		now := time.Now().Add(-time.Minute)
		reject := func(user string, record []byte) {
			t.Helper()
			if err := w.table.Reject(t.Context(), writer.Rejection{ID: uuid.New(), UserID: user, Reason: "unread", Record: record, Received: now}); err != nil {
				t.Fatal(err)
			}
		}
		far := w.event(w.ann, "far", 0)
		far.Time, far.SentTime, far.Received = time.UnixMicro(1<<62), time.UnixMicro(-1<<61), time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)
		far.Type, far.Metadata = "\xff\x00", []byte("\xff{")
		named := w.event(w.bob, "named", 0)
		named.AnonymousID = w.ann
		reject(w.ann, []byte("\xffnonsense"))                                             // hers, by its key
		reject(w.ann, event.AppendRecord(nil, []event.Event{far}))                        // hers
		reject(w.bob, append(event.AppendRecord(nil, []event.Event{named}), "damage"...)) // names her before the damage
		reject(w.bob, []byte("\xff may be of "+w.ann+" or not"))
		reject(w.bob, []byte("\xff others"))
		reject("", nil)
		var out bytes.Buffer
		if _, err := Export(t.Context(), w.Conn, w.schema, w.ann, &out); err != nil {
			t.Fatal(err)
		}
		whole, unclear := 0, 0
		for line := range strings.Lines(out.String()) {
			if !json.Valid([]byte(line)) {
				t.Error(line)
			}
			if strings.Contains(line, `"reason":"unread"`) {
				whole++
			}
			if strings.Contains(line, `"unclear"`) {
				unclear++
			}
		}
		if whole != 3 || unclear != 1 || !strings.Contains(out.String(), `12000-01-01`) {
			t.Errorf("%d hers, %d unclear\n%s", whole, unclear, out.String())
		}
		f, err := Forget(t.Context(), w.Conn, w.schema, w.ann)
		if err != nil {
			t.Fatal(err)
		}
		if f.RejectedEvents != 2+3 || len(f.Unclear) != 1 {
			t.Errorf("%+v", f)
		}
		left := w.texts(t, `SELECT encode(record, 'escape') FROM rejected_events WHERE reason = 'unread' ORDER BY id`)
		if want := fmt.Sprintf(`[\377 may be of %s or not \377 others ]`, w.ann); fmt.Sprint(left) != want {
			t.Errorf("%v, want %v", left, want)
		}
	})
}
