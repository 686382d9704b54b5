package people

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// stored are the statements that read what each table holds about a user, as JSON objects; $1 is the user's ids. Keys are left out: they
// are hashes of the ids.
var stored = []struct{ table, statement string }{
	{"user_profiles", `SELECT to_jsonb(p) - 'user_key' FROM user_profiles p WHERE user_id = ANY($1) ORDER BY user_id`},
	{"user_aliases", `SELECT to_jsonb(a) - 'alias_key' - 'user_key' FROM user_aliases a WHERE alias = ANY($1) ORDER BY alias`},
	{"user_sessions", `SELECT to_jsonb(s) - 'user_key' - 'session_key' FROM user_sessions s WHERE ` + ownKey + ` ORDER BY first_time, last_time`},
	{"user_categories", `SELECT to_jsonb(c) - 'user_key' FROM user_categories c WHERE ` + ownKey + ` ORDER BY category, events`},
	{"segment_members", `SELECT to_jsonb(m) - 'segment_id' - 'user_key' || jsonb_build_object('segment', s.name) FROM segment_members m JOIN segments s ON s.id = m.segment_id
		WHERE ` + ownKey + ` ORDER BY s.name, entered_at`},
}

// storedEvents is the statement for the events between $2 and $3.
const storedEvents = `SELECT to_jsonb(e) - 'user_key' FROM user_events e WHERE ` + own + ` AND time >= $2 AND time < $3 ORDER BY time, event_id`

// Export writes everything that is stored about the user that id names: for each row a line of JSON that begins with the name of its table.
// It returns the number of lines. Rejected events that cannot be read but contain the text of one of the user's ids may belong to others:
// for these, only the row's id is written.
func Export(ctx context.Context, conn *pgx.Conn, schema, id string, out io.Writer) (lines int, err error) {
	if err := checkID(id); err != nil {
		return 0, err
	}
	// All tables are read at one moment.
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = transaction(ctx, conn, options, schema, func(tx pgx.Tx) error {
		ids, err := idsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, s := range stored {
			n, err := exportRows(ctx, tx, s.table, out, s.statement, ids)
			if lines += n; err != nil {
				return err
			}
		}
		n, err := exportEvents(ctx, tx, ids, out)
		if lines += n; err != nil {
			return err
		}
		n, err = exportRejected(ctx, tx, ids, out)
		lines += n
		return err
	})
	return lines, err
}

// exportEvents exports the events stretch by stretch. After each it gives back the locks, but stays at the same moment.
func exportEvents(ctx context.Context, tx pgx.Tx, ids []string, out io.Writer) (lines int, err error) {
	list, err := stretches(ctx, tx)
	if err != nil {
		return 0, err
	}
	for _, s := range list {
		err := apart(ctx, tx, func(tx pgx.Tx) error {
			n, err := exportRows(ctx, tx, "user_events", out, storedEvents, ids, s.From, s.To)
			lines += n
			return err
		})
		if err != nil {
			return lines, err
		}
	}
	return lines, nil
}

func exportRejected(ctx context.Context, tx pgx.Tx, ids []string, out io.Writer) (lines int, err error) {
	list, unclear, err := rejectionsOf(ctx, tx, ids)
	if err != nil {
		return 0, err
	}
	var rows []any
	for _, r := range list {
		rows = append(rows, r)
	}
	for _, id := range unclear {
		rows = append(rows, map[string]any{"id": id, "unclear": "cannot be read by this version, and has the text of an id of this user in it"})
	}
	for ; lines < len(rows); lines++ {
		if err := writeLine(out, "rejected_events", rows[lines]); err != nil {
			return lines, err
		}
	}
	return lines, nil
}

func exportRows(ctx context.Context, tx pgx.Tx, table string, out io.Writer, statement string, args ...any) (lines int, err error) {
	rows, err := tx.Query(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for ; rows.Next(); lines++ {
		var row json.RawMessage
		if err := rows.Scan(&row); err != nil {
			return lines, err
		}
		if err := writeLine(out, table, row); err != nil {
			return lines, err
		}
	}
	return lines, rows.Err()
}

func writeLine(out io.Writer, table string, row any) error {
	text, err := json.Marshal(row)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "{\"table\": %q, \"row\": %s}\n", table, text)
	return err
}

// MarshalJSON shows a rejected event as it was to be stored.
func (r rejection) MarshalJSON() ([]byte, error) {
	type fields struct {
		EventID     uuid.UUID       `json:"event_id"`
		UserID      string          `json:"user_id"`
		Type        string          `json:"event_type"`
		Time        moment          `json:"time"`
		SentTime    moment          `json:"sent_time,omitzero"`
		ReceivedAt  moment          `json:"received_at,omitzero"`
		AnonymousID string          `json:"anonymous_id,omitempty"`
		PageURL     string          `json:"page_url,omitempty"`
		DeviceType  string          `json:"device_type,omitempty"`
		SessionID   string          `json:"session_id,omitempty"`
		Alias       string          `json:"alias,omitempty"`
		Metadata    json.RawMessage `json:"metadata,omitempty"`
		Traits      json.RawMessage `json:"traits,omitempty"`
	}
	shown := make([]fields, len(r.events))
	for i, e := range r.events {
		shown[i] = fields{e.ID, e.UserID, e.Type, moment(e.Time), moment(e.SentTime), moment(e.Received), e.AnonymousID, e.PageURL, e.DeviceType,
			e.SessionID, e.Alias, object(e.Metadata), object(e.Traits)}
	}
	return json.Marshal(struct {
		RejectedAt string   `json:"rejected_at"`
		Reason     string   `json:"reason"`
		Events     []fields `json:"events"`
		// Unread is in base64.
		Unread []byte `json:"unread,omitempty"`
	}{r.rejectedAt, r.reason, shown, r.unread})
}

// moment is a time that may be far out of range, perhaps the very reason why an event was rejected.
type moment time.Time

func (m moment) IsZero() bool { return time.Time(m).IsZero() }

func (m moment) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Time(m).Format(time.RFC3339Nano))
}

// object returns JSON as it is, and anything else as text: it may be the reason why an event was rejected.
func object(raw []byte) json.RawMessage {
	if len(raw) > 0 && !json.Valid(raw) {
		text, _ := json.Marshal(string(raw)) // texts always have a JSON form
		return text
	}
	return raw
}
