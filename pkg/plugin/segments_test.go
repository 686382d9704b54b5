package plugin

import (
	"fmt"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/footfall-analytics/footfall/internal/dbtest"
)

// Segments are offered with their sizes, and select actors.
func TestSegmentsFilterActors(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		d := newDatasource(t, dsn, shop, nil)
		schema := d.settings.store.Schema
		_, err := dbtest.Connect(t, dsn).Exec(t.Context(), `WITH s AS (INSERT INTO `+schema+`.segments (name) VALUES ('payers'), ('empty') RETURNING id, name),
			old AS (INSERT INTO `+schema+`.segments (name, deprecated_at) VALUES ('old', now())),
			m AS (INSERT INTO `+schema+`.segment_members SELECT id, `+schema+`.user_key_of('ann'), now() FROM s WHERE name = 'payers')
			INSERT INTO `+schema+`.segment_refreshes SELECT id, now(), 1, 1, 1, 0, INTERVAL '1 second' FROM s WHERE name = 'payers'`)
		if err != nil {
			t.Fatal(err)
		}
		span := fmt.Sprintf("from=%d&to=%d", march.From.UnixMilli(), march.To.UnixMilli())
		offered := resource(t, d, &backend.CallResourceRequest{Method: "GET", Path: "values", URL: "values?property=segment&" + span})
		if want := `[{"value":"payers","count":1},{"value":"empty","count":0}]`; strings.TrimSpace(string(offered.Body)) != want {
			t.Errorf("values of segment are %s; want %s", offered.Body, want)
		}
		for filter, want := range map[string]int64{`"in","values":["payers","empty"]`: 1, `"=","values":["empty"]`: 0, `"notIn","values":["payers"]`: 2, `"!=","values":["empty"]`: 3} {
			response := query(t, d, `{"queryType":"funnel","filters":[{"property":"segment","operator":`+filter+`}],
				"funnel":{"steps":[{"event":"view"},{"event":"cart"}]}}`)
			if response.Error != nil {
				t.Fatal(response.Error)
			}
			users, _ := response.Frames[0].FieldByName("users")
			if got := users.At(0).(int64); got != want {
				t.Errorf("with %s %d users view; want %d", filter, got, want)
			}
		}
	})
}
