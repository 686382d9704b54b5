package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/internal/preview"
	"github.com/footfall-analytics/footfall/internal/shop"
	"github.com/footfall-analytics/footfall/pkg/model"
)

// The way of the demo: a shop's events over HTTP through the collector into the database, and out of the plugin's binary as
// the answers to three questions, which are counted here from the same events without any SQL.
func TestDemoAnswersAreWhatTheShopDid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		plugin, events := openShop(t, dsn, 400)
		now := time.Now()
		for _, question := range shop.Questions() {
			t.Run(question.Name, func(t *testing.T) {
				from := shop.Start(now, question.Days)
				frame := answerTo(t, plugin, question, from, now)
				var got, want map[string]float64
				switch question.Query.QueryType {
				case model.FunnelType:
					got, want = funnelOf(frame), countFunnel(events, from)
				case model.RetentionType:
					got, want = retentionOf(frame), countRetention(events, from, now)
				case model.HeatmapType:
					got, want = heatmapOf(frame), countHours(events, from)
				}
				if len(want) < 4 {
					t.Fatalf("the shop did too little to tell: %v", want)
				}
				if !maps.EqualFunc(got, want, func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }) {
					t.Errorf("got  %v\nwant %v", got, want)
				}
			})
		}
		t.Run("preview", func(t *testing.T) { checkPreview(t, plugin, now) })
	})
}

func answerTo(t *testing.T, plugin *preview.Plugin, question shop.Question, from, to time.Time) *data.Frame {
	t.Helper()
	question.Query.TimeZone = shop.Zone.String()
	raw, err := json.Marshal(question.Query)
	if err != nil {
		t.Fatal(err)
	}
	return answers(t, plugin, []json.RawMessage{raw}, from, to)[0]
}

// countFunnel counts the users who looked, put into the cart, went to the checkout and paid, each after the one before and
// all within 24 hours.
func countFunnel(events []shop.Event, from time.Time) map[string]float64 {
	names := []string{"1. view_product", "2. add_to_cart", "3. checkout_start", "4. pay_order"}
	byUser := map[string][]shop.Event{}
	for _, e := range events {
		byUser[e.UserID] = append(byUser[e.UserID], e)
	}
	users := map[string]float64{}
	for _, list := range byUser {
		deepest := 0
		for i, start := range list {
			if start.Type != "view_product" || start.Time.Before(from) {
				continue
			}
			// From a given start, the earliest next step is never a worse choice than a later one.
			last, level := start.Time, 1
			for _, e := range list[i+1:] {
				if level < len(names) && strings.HasSuffix(names[level], " "+e.Type) && e.Time.After(last) && e.Time.Sub(start.Time) <= 24*time.Hour {
					last, level = e.Time, level+1
				}
			}
			deepest = max(deepest, level)
		}
		for _, name := range names[:deepest] {
			users[name]++
		}
	}
	return users
}

// funnelOf adds up the steps' users over the devices.
func funnelOf(frame *data.Frame) map[string]float64 {
	users := map[string]float64{}
	for row := range frame.Rows() {
		users[text(frame, "step", row)] += number(frame, "users", row)
	}
	return users
}

const day = "2006-01-02"

// countRetention returns the size of each day's cohort of new visitors, and the share that visits again on each day after.
func countRetention(events []shop.Event, from, now time.Time) map[string]float64 {
	first, visits := map[string]time.Time{}, map[string]map[string]bool{}
	for _, e := range events {
		if e.Type != "visit" {
			continue
		}
		if visits[e.UserID] == nil {
			first[e.UserID], visits[e.UserID] = e.Time.In(shop.Zone), map[string]bool{}
		}
		visits[e.UserID][e.Time.In(shop.Zone).Format(day)] = true
	}
	cells := map[string]float64{}
	for user, at := range first {
		cohort := at.Format(day)
		if cohort < from.Format(day) {
			continue
		}
		cells[cohort+" users"]++
		for period := range 15 {
			later := at.AddDate(0, 0, period).Format(day)
			if later > now.In(shop.Zone).Format(day) {
				break
			}
			cells[fmt.Sprintf("%s day %d", cohort, period)] += map[bool]float64{true: 1}[visits[user][later]]
		}
	}
	for cell := range cells {
		if cohort, period, _ := strings.Cut(cell, " "); period != "users" {
			cells[cell] /= cells[cohort+" users"]
		}
	}
	return cells
}

func retentionOf(frame *data.Frame) map[string]float64 {
	cells := map[string]float64{}
	for row := 1; row < frame.Rows(); row++ { // the first row is the mean
		cohort := text(frame, "cohort", row)
		if number(frame, "users", row) == 0 {
			continue
		}
		for _, field := range frame.Fields[1 : len(frame.Fields)-1] {
			if !field.NilAt(row) {
				cells[cohort+" "+field.Name] = number(frame, field.Name, row)
			}
		}
	}
	return cells
}

// countHours counts events by hour and by weekday, Monday first.
func countHours(events []shop.Event, from time.Time) map[string]float64 {
	hours := map[string]float64{}
	for _, e := range events {
		if at := e.Time.In(shop.Zone); !at.Before(from) {
			hours[fmt.Sprintf("%d/%d", (int(at.Weekday())+6)%7, at.Hour())]++
		}
	}
	return hours
}

func heatmapOf(frame *data.Frame) map[string]float64 {
	hours := map[string]float64{}
	for row := range frame.Rows() {
		if n := number(frame, "events", row); n > 0 {
			hours[fmt.Sprintf("%.0f/%.0f", number(frame, "y", row), number(frame, "x", row))] = n
		}
	}
	return hours
}

func number(frame *data.Frame, field string, row int) float64 {
	f, _ := frame.FieldByName(field)
	n, err := f.FloatAt(row)
	if err != nil {
		return math.NaN()
	}
	return n
}

func text(frame *data.Frame, field string, row int) string {
	f, _ := frame.FieldByName(field)
	return fmt.Sprint(f.At(row))
}

// checkPreview asks the preview's host what its page asks, in the shapes of Grafana's API.
func checkPreview(t *testing.T, plugin *preview.Plugin, now time.Time) {
	server := httptest.NewServer(preview.Handler(preview.Options{
		Page:   fstest.MapFS{"index.html": {Data: []byte("the page")}},
		Plugin: plugin, Questions: shop.Questions(), From: shop.Start(now, 30), To: now, TimeZone: "Europe/Berlin",
	}))
	defer server.Close()
	span := fmt.Sprintf("from=%d&to=%d", shop.Start(now, 30).UnixMilli(), now.UnixMilli())
	queries := func(query string) string {
		return fmt.Sprintf(`{"queries":[%s],"from":"%d","to":"%d"}`, query, shop.Start(now, 30).UnixMilli(), now.UnixMilli())
	}
	api := "/api/datasources/uid/footfall/"
	for _, c := range []struct {
		path, body string
		status     int
		want       string
	}{
		{"/", "", 200, "the page"},
		{"/api/preview", "", 200, `"title":"Checkout funnel"`},
		{"/api/ds/query", queries(`{"refId":"B","queryType":"heatmap","heatmap":{}}`), 200, `{"results":{"B":{"status":200,"frames":[{"schema":{`},
		{"/api/ds/query", queries(`{"refId":"B","queryType":"funnel"}`), 400, `funnel is missing`},
		{"/api/ds/query", `{"from":"yesterday"}`, 400, `no number of milliseconds`},
		{"/api/ds/query", `{`, 400, `{"message":"the request's body`},
		{api + "health", "", 200, `"status":"OK"`},
		{api + "resources/events?" + span, "", 200, `{"name":"view_product","count":`},
		{api + "resources/values?property=device_type&search=mob&" + span, "", 200, `"mobile"`},
		{api + "resources/sql", fmt.Sprintf(`{"query":{"queryType":"heatmap","heatmap":{}},"from":%d,"to":%d}`, now.Add(-time.Hour).UnixMilli(), now.UnixMilli()), 200, `"sql":"`},
		{api + "resources/nowhere", "", 404, ""},
		{"/api/datasources/uid/other/health", "", 404, ""},
	} {
		method := http.MethodGet
		if c.body != "" {
			method = http.MethodPost
		}
		if status, body := call(t, method, server.URL+c.path, "", c.body); status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s %s %s: %d %.300s, want %d %s", method, c.path, c.body, status, body, c.status, c.want)
		}
	}
	if status, body := call(t, http.MethodGet, server.URL+"/api/preview", "evil.example", ""); status != http.StatusForbidden {
		t.Errorf("asked under another name: %d %s", status, body)
	}
}

func call(t *testing.T, method, url, host, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Host = host
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(raw)
}

// What keeps the plugin from working is what its health check says.
func TestPluginWithoutDatabaseSaysSo(t *testing.T) {
	_, binary := buildPrograms(t)
	source, err := preview.Database{Host: "127.0.0.1:1", Name: "none", User: "nobody", SSLMode: "disable"}.DataSource("footfall")
	if err != nil {
		t.Fatal(err)
	}
	plugin, err := preview.StartPlugin(binary, source, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	defer plugin.Close()
	health, err := plugin.CheckHealth(t.Context())
	if err != nil || health.Status != backend.HealthStatusError || !strings.Contains(health.Message, "cannot connect to the database") {
		t.Errorf("health: %v, %v", health, err)
	}
}
