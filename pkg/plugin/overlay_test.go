package plugin

import (
	"bytes"
	"compress/flate"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/footfall-analytics/footfall/internal/dbtest"
	"github.com/footfall-analytics/footfall/pkg/model"
)

const clicksOnPages = `
	('2026-03-01 10:00Z', 'ann', 'click', 'desktop', 's1', '{"x":10,"y":10,"page":"/pricing"}'),
	('2026-03-01 10:05Z', 'ann', 'click', 'desktop', 's1', '{"x":15,"y":12,"page":"/pricing"}'),
	('2026-03-02 10:00Z', 'ben', 'click', 'desktop', 's2', '{"x":150,"y":250,"page":"/pricing"}'),
	('2026-03-02 10:00Z', 'ben', 'click', 'mobile', 's2', '{"x":50,"y":50,"page":"/pricing"}'),
	('2026-03-02 10:01Z', 'ben', 'click', 'desktop', 's2', '{"x":50,"y":50,"page":"https://shop.example/a#/b"}'),
	('2026-03-02 10:02Z', 'ben', 'click', 'desktop', 's2', '{"x":50,"y":50,"page":"https://shop.example.evil.test/"}'),
	('2026-03-02 10:02Z', 'ben', 'click', 'desktop', 's2', '{"x":50,"y":50,"page":"/a b"}'),
	('2026-03-02 10:02Z', 'ben', 'click', 'desktop', 's2', '{"x":50,"y":50,"page":"/search?q=secret"}')`

// Any 32 bytes are a private key.
var overlayTestKey = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, ed25519.SeedSize))

func overlaySource(t *testing.T, options map[string]any, sites ...string) *Datasource {
	t.Helper()
	dsn := dbtest.Embedded(t)
	d := newDatasource(t, dsn, clicksOnPages, options)
	if _, err := dbtest.Connect(t, dsn).Exec(t.Context(), `UPDATE `+d.settings.store.Schema+`.user_events SET page_url = metadata->>'page'`); err != nil {
		t.Fatal(err)
	}
	var err error
	if d.settings.overlay, err = newOverlay(sites, overlayTestKey); err != nil {
		t.Fatal(err)
	}
	return d
}

// clicksQuery asks for the clicks on a page, in cells of 100 x 100, in the dialect of a panel.
func clicksQuery(page, more string) string {
	return fmt.Sprintf(`{"queryType":"heatmap","heatmap":{"event":"click","x":"bins","xProperty":"metadata.x","xBins":{"min":0,"max":200,"size":100},
		"y":"bins","yProperty":"metadata.y","yBins":{"min":0,"max":300,"size":100},"filters":[{"property":"page_url","operator":"=","values":[%q]}]%s}}`, page, more)
}

func askOverlay(t *testing.T, d *Datasource, role string, body string) (status int, answer string) {
	t.Helper()
	got := resource(t, d, &backend.CallResourceRequest{PluginContext: as(role), Method: http.MethodPost, Path: "overlay", URL: "overlay", Body: []byte(body)})
	return got.Status, string(got.Body)
}

func overlayBody(query, part, unit string) string {
	return fmt.Sprintf(`{"from":%d,"to":%d,"query":%s,"part":%q,"unit":%q}`, march.From.UnixMilli(), march.To.UnixMilli(), query, part, unit)
}

// opened is a link, read as footfall.js does.
type opened struct {
	address string
	Page    string
	Expires int64
	picture overlayPicture
}

func openLink(t *testing.T, d *Datasource, link string) (o opened) {
	t.Helper()
	address, text, found := strings.Cut(link, overlayMark)
	parts := strings.Split(text, ".")
	if !found || len(parts) != 3 {
		t.Fatalf("%s is no link", link)
	}
	o.address = address
	public, err := d.overlayKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := base64.StdEncoding.DecodeString(public.(map[string]string)["publicKey"])
	if err != nil || !ed25519.Verify(key, []byte(overlayMark+parts[0]+"."+parts[1]), unbase(t, parts[2])) {
		t.Fatalf("%s is not signed by the public key %s", link, public)
	}
	raw, err := io.ReadAll(flate.NewReader(bytes.NewReader(unbase(t, parts[1]))))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(unbase(t, parts[0]), &o); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &o.picture); err != nil {
		t.Fatal(err)
	}
	return o
}

func unbase(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestLinksToTheLivePage(t *testing.T) {
	d := overlaySource(t, map[string]any{"hideUsersFromViewers": true}, "https://shop.example/", "https://Shop.example:8443")
	expires := d.Clock().Add(10 * time.Minute).UnixMilli()
	for name, c := range map[string]struct {
		query, part string
		addresses   []string
		want        overlayPicture
	}{
		"a path is on every site": {
			clicksQuery("/pricing", `,"value":"users"`), "heatmap", []string{"https://shop.example/pricing#", "https://shop.example:8443/pricing#"},
			overlayPicture{Count: model.Users, Clicks: overlayClicks{Values: []float64{2, 0, 0, 0, 0, 1}}},
		},
		"a full address is on its site, and its route stays": {
			clicksQuery("https://shop.example/a#/b", ""), "heatmap", []string{"https://shop.example/a#/b?"},
			overlayPicture{Count: model.Events, Clicks: overlayClicks{Values: []float64{1, 0, 0, 0, 0, 0}}},
		},
		"a value of a breakdown": {
			clicksQuery("/pricing", `,"breakdown":{"property":"device_type"}`), "desktop", []string{"https://shop.example/pricing#", "https://shop.example:8443/pricing#"},
			overlayPicture{Count: model.Events, Viewport: "desktop", Clicks: overlayClicks{Values: []float64{2, 0, 0, 0, 0, 1}}},
		},
		"further filters are counted": {
			strings.TrimSuffix(clicksQuery("/pricing", ""), "}") + `,"filters":[{"property":"device_type","operator":"=","values":["desktop"]},{"property":"user_id","operator":"isSet"}]}`, "heatmap",
			[]string{"https://shop.example/pricing#", "https://shop.example:8443/pricing#"},
			overlayPicture{Count: model.Events, Viewport: "desktop", Filters: 1, Clicks: overlayClicks{Values: []float64{2, 0, 0, 0, 0, 1}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := askOverlay(t, d, "Viewer", overlayBody(c.query, c.part, "percent"))
			var made overlayLinks
			if err := json.Unmarshal([]byte(body), &made); err != nil || status != http.StatusOK || made.Expires != expires {
				t.Fatalf("%d %s", status, body)
			}
			var addresses []string
			for _, link := range made.Links {
				got := openLink(t, d, link.URL)
				addresses = append(addresses, got.address)
				if got.Page != link.Page || got.Page != got.address[:len(got.address)-1] || got.Expires != expires {
					t.Errorf("link %+v; claims %+v", link, got)
				}
				p := got.picture
				if p.Event != "click" || p.Count != c.want.Count || p.From != march.From.UnixMilli() || p.To != march.To.UnixMilli() || p.Zone != "UTC" || p.Viewport != c.want.Viewport ||
					p.Filters != c.want.Filters || p.Unit != percent || p.Clicks.Columns != 2 || p.Clicks.Right != 200 || p.Clicks.Bottom != 300 || !slices.Equal(p.Clicks.Values, c.want.Clicks.Values) {
					t.Errorf("picture %+v; want %+v", p, c.want)
				}
			}
			if !slices.Equal(addresses, c.addresses) {
				t.Errorf("addresses %q; want %q", addresses, c.addresses)
			}
		})
	}
}

func TestLinksThatAreRefused(t *testing.T) {
	d := overlaySource(t, map[string]any{"hideUsersFromViewers": true}, "https://shop.example")
	good := overlayBody(clicksQuery("/pricing", ""), "heatmap", "pixels")
	if status, body := askOverlay(t, d, "Viewer", good); status != http.StatusOK {
		t.Fatal(status, body)
	}
	for name, c := range map[string]struct {
		body, want string
		status     int
	}{
		"no JSON":            {`{`, `"field":"body"`, 400},
		"large":              {strings.Repeat(" ", maxRequestBytes) + good, "has more than 1 MiB", 400},
		"no unit":            {overlayBody(clicksQuery("/pricing", ""), "heatmap", ""), `unit is \"\"; use pixels or percent`, 400},
		"no such part":       {overlayBody(clicksQuery("/pricing", ""), "tablet", "pixels"), `part is \"tablet\"`, 400},
		"no heatmap":         {overlayBody(`{"queryType":"trend","trend":{}}`, "heatmap", "pixels"), `"field":"part"`, 400},
		"no places":          {overlayBody(`{"queryType":"heatmap","heatmap":{}}`, "heatmap", "pixels"), `"field":"part"`, 400},
		"several pages":      {overlayBody(strings.Replace(clicksQuery("/pricing", ""), `"="`, `"!="`, 1), "heatmap", "pixels"), `"field":"heatmap.filters"`, 400},
		"an empty page":      {overlayBody(clicksQuery("/nowhere", ""), "heatmap", "pixels"), `has nothing to show on \"/nowhere\"`, 400},
		"another site":       {overlayBody(clicksQuery("https://shop.example.evil.test/", ""), "heatmap", "pixels"), `"field":"page_url"`, 400},
		"a space":            {overlayBody(clicksQuery("/a b", ""), "heatmap", "pixels"), `page_url is \"/a b\"`, 400},
		"a page's query":     {overlayBody(clicksQuery("/search?q=secret", ""), "heatmap", "pixels"), `"field":"page_url"`, 400},
		"about single users": {overlayBody(clicksQuery("/pricing", `,"breakdown":{"property":"user_id"}`), "ann", "pixels"), `heatmap.breakdown.property tells of single users`, 403},
		"no range":           {fmt.Sprintf(`{"from":5,"to":5,"query":%s,"part":"heatmap","unit":"pixels"}`, clicksQuery("/pricing", "")), `"field":"range"`, 400},
	} {
		t.Run(name, func(t *testing.T) {
			if status, body := askOverlay(t, d, "Viewer", c.body); status != c.status || !strings.Contains(body, c.want) || strings.Contains(body, "footfall-overlay=") {
				t.Errorf("%d %s; want %d %s", status, body, c.status, c.want)
			}
		})
	}
	d.settings.overlay.sites = nil
	if status, body := askOverlay(t, d, "Admin", good); status != 400 || !strings.Contains(body, `"field":"overlaySites"`) {
		t.Error(status, body)
	}
	d.settings.overlay.key = nil
	if status, body := askOverlay(t, d, "Admin", good); status != 400 || !strings.Contains(body, `"field":"overlayKey"`) {
		t.Error(status, body)
	}
	if public, err := d.overlayKey(nil); err != nil || public.(map[string]string)["publicKey"] != "" {
		t.Error(public, err)
	}
}

// The widest heatmap with the most different counts fits into a link; what does not is refused, and a little less is not.
func TestLongLinks(t *testing.T) {
	o, err := newOverlay([]string{"https://shop.example"}, overlayTestKey)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	picture := overlayPicture{Clicks: overlayClicks{Columns: 100}}
	for range 100 * 100 {
		picture.Clicks.Values = append(picture.Clicks.Values, float64(rng.IntN(1_000_000_000)))
	}
	packed, err := pack(picture)
	if err != nil {
		t.Fatal(err)
	}
	link, err := o.link("https://shop.example/", time.Now(), packed)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d characters", len(link))
	// The address is in the link twice, once in base64.
	longest := len(link)
	for n := (maxOverlayLink-len(link))*3/7 - 10; ; n++ {
		link, err := o.link("https://shop.example/"+strings.Repeat("x", n), time.Now(), packed)
		if err == nil {
			longest = len(link)
			continue
		}
		if longest > maxOverlayLink || longest < maxOverlayLink-3 || !strings.Contains(err.Error(), "at most 65536 fit into one: use fewer bins") {
			t.Errorf("the longest has %d characters; then: %v", longest, err)
		}
		break
	}
}

func TestSettingsOfTheOverlay(t *testing.T) {
	for site, want := range map[string]string{
		"https://shop.example": "https://shop.example", " https://Shop.example/ ": "https://shop.example", "https://shop.example:443": "https://shop.example",
		"https://shop.example:8443": "https://shop.example:8443", "https://b\u00fccher.example": "https://b\u00fccher.example", "http://localhost:3000": "http://localhost:3000",
		"http://127.0.0.1:8091": "http://127.0.0.1:8091", "http://[::1]:8091": "http://[::1]:8091", "http://localhost:80": "http://localhost",
	} {
		if o, err := newOverlay([]string{site}, ""); err != nil || o.sites[0] != want || o.key != nil {
			t.Errorf("%q: %q, %v; want %q", site, o.sites, err, want)
		}
	}
	for _, site := range []string{
		"", "shop.example", "http://shop.example", "http://localhost.evil.test", "ftp://shop.example", "javascript:alert(1)", "https://", "https:///x", "//shop.example", "https://shop.example/shop",
		"https://shop.example?x", "https://shop.example?", "https://shop.example#x", "https://ann:secret@shop.example", "https://shop.example@evil.test", "https://shop example", "https://shop\".example",
		"https://a<b>.example", "https://*.example", "https://shop.example:99999999", "https://shop.example\\evil", "https://shop.example,https://b.example",
	} {
		if o, err := newOverlay([]string{site}, ""); err == nil || site != "" && !strings.Contains(err.Error(), site[:4]) {
			t.Errorf("%q: %q, %v", site, o.sites, err)
		}
	}
	site := []string{"https://shop.example"}
	if _, err := newOverlay(slices.Repeat(site, maxSites), overlayTestKey+"\n"); err != nil {
		t.Error(err)
	}
	if _, err := newOverlay(slices.Repeat(site, maxSites+1), ""); err == nil || !strings.Contains(err.Error(), "11 sites are listed for the overlay: use at most 10") {
		t.Error(err)
	}
	for _, size := range []int{1, 31, 33, 64} {
		key := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0xab}, size))
		if _, err := newOverlay(nil, key); err == nil || !strings.Contains(err.Error(), "32 random bytes") || strings.Contains(err.Error(), key) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	if _, err := newOverlay(nil, "-----BEGIN PRIVATE KEY-----"); err == nil || strings.Contains(err.Error(), "BEGIN") {
		t.Error(err)
	}
	wantUnusable(t, backend.DataSourceInstanceSettings{URL: "h", JSONData: []byte(`{"database":"d","overlaySites":["http://shop.example"]}`)}, `the overlay's site "http://shop.example" is not usable`)
	wantUnusable(t, backend.DataSourceInstanceSettings{URL: "h", JSONData: []byte(`{"database":"d"}`), DecryptedSecureJSONData: map[string]string{"overlayKey": "c2hvcnQ="}}, "the overlay's private key is not usable")
}
