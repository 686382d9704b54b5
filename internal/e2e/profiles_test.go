package e2e

import (
	"encoding/json"
	"testing"

	"github.com/footfall-analytics/footfall/internal/twin"
)

// writeProfiles replaces the profiles in the database by those of the events' users.
func (h *house) writeProfiles(t *testing.T, events []twin.Event) {
	t.Helper()
	if _, err := h.conn.Exec(t.Context(), `TRUNCATE `+h.schema+`.user_profiles`); err != nil {
		t.Fatal(err)
	}
	written := map[string]bool{}
	for _, e := range events {
		if e.Profile == nil || written[e.User] {
			continue
		}
		written[e.User] = true
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
