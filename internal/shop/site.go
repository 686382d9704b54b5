package shop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// names are what the spots of a page are called, in the same order.
var names = map[string][]string{
	"visit":        {"Search", "Shoes", "Shirts", "Summer sale", "Trail runner", "Rain jacket", "Day pack"},
	"view_product": {"Pictures", "Size", "Add to cart", "Reviews", "Search"},
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Demo shop</title><link rel="icon" href="data:,"><style>
	body { position: relative; height: 1800px; margin: 0; font: 16px system-ui, sans-serif; background: linear-gradient(#fff 12%, #f2f5f9 12%); color: #223; }
	a { position: absolute; transform: translate(-50%, -50%); padding: 12px 20px; border: 1px solid #b8c2d0; border-radius: 6px; background: #fff; color: inherit; text-decoration: none; }
	p { position: absolute; top: 20%; left: 50%; width: 60%; transform: translateX(-50%); text-align: center; }
</style><script src="/footfall.js"></script><script>footfall.init({{.Settings}});</script></head>
<body><p>The demo's made-up shop. <em>Show on the page</em>, above the clicks in Grafana, draws here what its visitors clicked.</p>
{{range .Spots}}<a href="#" style="left: {{.X}}%; top: {{.Y}}%">{{.Name}}</a>
{{end}}</body></html>
`))

type shownSpot struct {
	X, Y float64
	Name string
}

// Site serves the shop's pages that visitors click on, at the paths of their events, with the script for web pages from a folder. The script
// records nothing by itself there, as all events of the shop are made up; the public key checks links to the overlay.
func Site(scripts fs.FS, collectorURL, publicKey string) (http.Handler, error) {
	settings, err := json.Marshal(map[string]any{"endpoint": collectorURL, "autoPage": false, "overlayKey": publicKey})
	if err != nil {
		return nil, err
	}
	r := chi.NewRouter()
	for path, event := range map[string]string{"/": "visit", "/product/{id}": "view_product"} {
		var shown []shownSpot
		for i, s := range spots[event] {
			shown = append(shown, shownSpot{s.value.x, s.value.y, names[event][i]})
		}
		var html bytes.Buffer
		if err := page.Execute(&html, map[string]any{"Settings": template.JS(settings), "Spots": shown}); err != nil { //nolint:gosec // of our own making
			return nil, fmt.Errorf("the shop's page: %w", err)
		}
		r.Get(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write(html.Bytes()) // who has left needs no page
		})
	}
	r.Get("/footfall*", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, scripts, strings.TrimPrefix(r.URL.Path, "/"))
	})
	return r, nil
}

// Clicks returns the question that the demo asks besides, about the clicks on the shop's first page.
func Clicks() Question {
	percent := &model.Bins{Max: 100, Count: 40}
	return Question{
		Name:     "Clicks",
		Sentence: "Where do visitors click on the shop's first page?",
		Days:     30,
		Query: model.Query{QueryType: model.HeatmapType, Heatmap: &model.Heatmap{
			EventSelector: model.EventSelector{Event: "click", Filters: []model.Filter{{Property: "page_url", Operator: model.Equal, Values: []string{"/"}}}},
			X:             model.ByBins, XProperty: "metadata.x", XBins: percent,
			Y: model.ByBins, YProperty: "metadata.y", YBins: percent, Value: model.Events,
		}},
		Options: map[string]string{"pageUnit": "percent"},
	}
}
