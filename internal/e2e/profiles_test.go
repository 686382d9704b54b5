package e2e

import (
	"encoding/json"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/footfall-analytics/footfall/internal/twin"
)

// writeProfiles replaces the profiles in the database by those of the events' users.
func (h *house) writeProfiles(t *testing.T, events []twin.Event) {
	t.Helper()
	if _, err := h.conn.Exec(t.Context(), `TRUNCATE `+h.schema+`.user_profiles`); err != nil {
		t.Fatal(err)
	}
	written := map[string]bool{}
	var users, segments []string
	for _, e := range events {
		if written[e.User] {
			continue
		}
		written[e.User] = true
		for _, name := range e.Segments {
			users, segments = append(users, e.User), append(segments, name)
		}
		if e.Profile == nil {
			continue
		}
		var segment *string
		if e.Profile.Segment != "" {
			segment = &e.Profile.Segment
		}
		if _, err := h.conn.Exec(t.Context(), `INSERT INTO `+h.schema+`.user_profiles
				(user_id, segment, tags, favorite_categories, total_clicks, consent, traits, scores)
			VALUES ($1, $2, coalesce($3::text[], '{}'), coalesce($4::text[], '{}'), $5, $6, $7::text::jsonb, $8::text::jsonb)`,
			e.User, segment, e.Profile.Tags, e.Profile.Categories, e.Profile.TotalClicks, e.Profile.Consent,
			object(t, e.Profile.Traits), object(t, e.Profile.Scores)); err != nil {
			t.Fatal(err)
		}
	}
	h.writeSegments(t, users, segments)
}

// writeSegments replaces the members of all segments. Each is preceded by a membership that has ended, and somebody left all of them.
func (h *house) writeSegments(t *testing.T, users, segments []string) {
	t.Helper()
	if _, err := h.conn.Exec(t.Context(), `TRUNCATE `+h.schema+`.segments CASCADE`); err != nil {
		t.Fatal(err)
	}
	err := pgx.BeginFunc(t.Context(), h.conn, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `WITH m AS (SELECT * FROM unnest($1::text[], $2::text[]) AS m (user_id, name)),
			s AS (INSERT INTO `+h.schema+`.segments (name) SELECT unnest($3::text[]) RETURNING id, name),
			r AS (INSERT INTO `+h.schema+`.segment_refreshes SELECT id, now(), 1, 100 - array_position($3::text[], name), 0, 0, INTERVAL '1 second' FROM s)
			INSERT INTO `+h.schema+`.segment_members (segment_id, user_key, entered_at, left_at)
			SELECT id, `+h.schema+`.user_key_of(user_id), now() - INTERVAL '1 day', NULL FROM m JOIN s USING (name)
			UNION ALL SELECT id, `+h.schema+`.user_key_of(user_id), now() - INTERVAL '3 days', now() - INTERVAL '2 days' FROM s, m`, users, segments, twin.SegmentNames)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func object(t *testing.T, members map[string]any) string {
	t.Helper()
	raw, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	if members == nil {
		return "{}"
	}
	return string(raw)
}
