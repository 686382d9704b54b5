package writer

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/collector/event"
)

// Rejection is a row of rejected_events: what cannot be stored, and why. Its content may be anything.
type Rejection struct {
	// ID keeps the row from being stored twice.
	ID             uuid.UUID
	UserID, Reason string
	// Record is the record that collector replay reads.
	Record   []byte
	Received time.Time
	// Forgets is the event's; for a record that cannot be read it is 0, which counts as oldest.
	Forgets int64
}

const maxReason = 2000

// rejectOne rejects an event that the database does not take, and adds it to the result.
func (t *Table) rejectOne(ctx context.Context, e *event.Event, result *Result, r RejectedEvent) error {
	err := t.Reject(ctx, Rejection{ID: e.ID, UserID: e.UserID, Reason: r.Reason, Record: event.AppendRecord(nil, []event.Event{*e}), Received: e.Received, Forgets: e.Forgets})
	if err == nil {
		result.Rejected = append(result.Rejected, r)
	}
	return err
}

// Reject stores a rejection, unless its user has been forgotten since it was received. If the database does not take it as it is, a plainer
// form is stored, and if it takes none, it is only logged. An error means that the database may take it later.
func (t *Table) Reject(ctx context.Context, r Rejection) error {
	user, reason, record := storable(r.UserID, event.MaxName), storable(r.Reason, maxReason), append([]byte{}, r.Record...)
	err := t.insertRejection(ctx, r, user, reason, record)
	if dataFault(err) != nil {
		t.Log.Warn("the database does not take a rejected event as it is; it is kept without its record", "error", err, "event_id", r.ID)
		err = t.insertRejection(ctx, r, ascii(user), ascii(reason), []byte{})
	}
	if dataFault(err) != nil {
		t.Log.Error("a rejected event could not be kept", "error", err, "event_id", r.ID, "reason", reason)
		return nil
	}
	return err
}

func (t *Table) insertRejection(ctx context.Context, r Rejection, user, reason string, record []byte) error {
	received := r.Received
	if now := time.Now(); received.After(now) {
		received = now
	} else if received.Unix() < 0 {
		received = time.Unix(0, 0)
	}
	return t.transaction(ctx, minAttempt, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO rejected_events (event_id, user_id, reason, record) SELECT $2, $3, $4, $5
			WHERE NOT is_forgotten(user_key_of($3), (`+possibleForgets+`)[1], $6) ON CONFLICT DO NOTHING`,
			[]int64{r.Forgets}, r.ID.String(), user, reason, record, received)
		return err
	})
}

// storable returns a text without what the database cannot store, cut to limit bytes.
func storable(text string, limit int) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
	if len(text) <= limit {
		return text
	}
	for !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

// ascii returns a text in characters that every database has, whatever its encoding.
func ascii(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
}
