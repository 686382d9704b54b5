package ingest

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"
)

// Health adds GET /healthz, which says that the program runs, and GET /readyz, which says whether it can do its work. ready returns the
// reason if it cannot, which is answered with 503; else a remark about the database, empty for none.
func Health(r chi.Router, ready func(ctx context.Context) (database string, err error)) {
	type health struct {
		Status   string `json:"status"`
		Database string `json:"database,omitempty"`
	}
	r.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { respond(w, http.StatusOK, health{Status: "ok"}) })
	r.Get("/readyz", func(w http.ResponseWriter, r *http.Request) {
		database, err := ready(r.Context())
		if err != nil {
			fail(w, http.StatusServiceUnavailable, err)
			return
		}
		respond(w, http.StatusOK, health{"ready", database})
	})
}
