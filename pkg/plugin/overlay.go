package plugin

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"math"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/footfall-analytics/footfall/pkg/engine"
	"github.com/footfall-analytics/footfall/pkg/frames"
	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
	"github.com/footfall-analytics/footfall/pkg/store"
)

// Limits of links to live pages; docs/decisions/overlay.md says what a link holds.
const (
	// overlayLife is how long a link works.
	overlayLife = 10 * time.Minute
	// maxOverlayLink is how many characters a link may have: all browsers take so many.
	maxOverlayLink = 64 << 10
	// maxSites is how many sites a data source may list; each gets a link of its own.
	maxSites = 10
	// overlayMark is how footfall.js knows a link; it is signed, too.
	overlayMark = "footfall-overlay="
)

// overlay is what links to live pages are made with.
type overlay struct {
	// key is nil if there is none.
	key   ed25519.PrivateKey
	sites []string
}

// newOverlay reads the settings: sites such as https://shop.example, and a private key, which is 32 bytes in base64 or empty.
func newOverlay(sites []string, key string) (o overlay, err error) {
	if len(sites) > maxSites {
		return o, say.New("settings.sites", "{{number}} sites are listed for the overlay: use at most {{most}}", len(sites), maxSites).Err()
	}
	for _, text := range sites {
		site, ok := originOf(text)
		if !ok {
			return o, say.New("settings.site",
				"the overlay's site {{site}} is not usable: write it such as https://shop.example, without a path; http:// works only on this machine, because browsers check no signatures there", strconv.Quote(text)).Err()
		}
		o.sites = append(o.sites, site)
	}
	if key = strings.TrimSpace(key); key == "" {
		return o, nil
	}
	seed, err := base64.StdEncoding.DecodeString(key)
	if err != nil || len(seed) != ed25519.SeedSize {
		// Without the key, which is a secret.
		return o, say.New("settings.overlay-key", "the overlay's private key is not usable: it must be {{bytes}} random bytes in base64, as openssl rand -base64 {{bytes}} makes them", ed25519.SeedSize).Err()
	}
	o.key = ed25519.NewKeyFromSeed(seed)
	return o, nil
}

var hostName = regexp.MustCompile(`^([\p{L}\p{N}._-]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?$`)

// originOf returns a site as browsers name it: scheme, host and a port that is not the usual one.
func originOf(text string) (site string, ok bool) {
	u, err := url.Parse(strings.TrimSuffix(strings.TrimSpace(text), "/"))
	if err != nil || u.User != nil || !hostName.MatchString(u.Host) {
		return "", false
	}
	host := strings.ToLower(u.Host)
	if usual := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]; u.Port() != "" {
		host = strings.TrimSuffix(host, usual)
	}
	site = u.Scheme + "://" + host
	ip := net.ParseIP(u.Hostname())
	isHere := host == "localhost" || strings.HasPrefix(host, "localhost:") || ip != nil && ip.IsLoopback()
	bare := *u
	bare.Scheme, bare.Host = "", ""
	return site, (u.Scheme == "https" || u.Scheme == "http" && isHere) && bare == url.URL{}
}

// path matches what a page's address has after its site, and a route in the fragment as footfall.js records it.
var pagePath = regexp.MustCompile(`^/[^\x00-\x20\x7f?#\\]*(#!?/[^\x00-\x20\x7f?#\\]*)?$`)

// addresses returns where a page is: on each site if only its path is known, else on its own.
func (o overlay) addresses(page string) (list []string, err error) {
	for _, site := range o.sites {
		path := page
		if !strings.HasPrefix(page, "/") {
			path = strings.TrimPrefix(page, site)
		}
		if path == "" {
			path = "/"
		}
		if pagePath.MatchString(path) {
			list = append(list, site+path)
		}
	}
	if len(list) == 0 {
		return nil, &model.Error{Field: "page_url", Reason: say.New("problem.overlay-page",
			"is {{page}}, which is no path such as /pricing and on none of the sites {{sites}}: choose another page, or let an admin add its site to the data source's settings",
			strconv.Quote(page), o.sites)}
	}
	return list, nil
}

// link returns the address with a packed picture, signed, in its fragment.
func (o overlay) link(address string, expires time.Time, packed []byte) (string, error) {
	claims, err := json.Marshal(map[string]any{"page": address, "expires": expires.UnixMilli()})
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	signed := overlayMark + encode(claims) + "." + encode(packed)
	separator := "#"
	if strings.Contains(address, "#") {
		separator = "?" // after the route
	}
	link := address + separator + signed + "." + encode(ed25519.Sign(o.key, []byte(signed)))
	if len(link) > maxOverlayLink {
		return "", &model.Error{Field: "heatmap", Reason: say.New("problem.overlay-link",
			"makes a link of {{size}} characters; at most {{most}} fit into one: use fewer bins", len(link), maxOverlayLink)}
	}
	return link, nil
}

// pack returns a picture as JSON, deflated.
func pack(picture overlayPicture) ([]byte, error) {
	raw, err := json.Marshal(picture)
	if err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(raw); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// overlayPicture is what is drawn over a page, as sdk/js/overlay.ts reads it. Times are milliseconds since 1970.
type overlayPicture struct {
	Event string             `json:"event"`
	Count model.HeatmapValue `json:"count"`
	From  int64              `json:"from"`
	To    int64              `json:"to"`
	Zone  string             `json:"zone"`
	// Viewport is the one class of viewports; empty for all.
	Viewport string `json:"viewport,omitempty"`
	// Filters is how many there are besides those that pick page and viewport.
	Filters int           `json:"filters,omitempty"`
	Unit    overlayUnit   `json:"unit"`
	Clicks  overlayClicks `json:"clicks"`
}

// overlayClicks are the counts of cells of equal size, column by column, in a part of the page.
type overlayClicks struct {
	frames.Area
	Columns int       `json:"columns"`
	Values  []float64 `json:"values"`
}

// overlayUnit is what places on a page are counted in.
type overlayUnit string

const (
	pixels  overlayUnit = "pixels"
	percent overlayUnit = "percent"
)

// overlayRequest asks for links to the page of a heatmap's frame.
type overlayRequest struct {
	queryRequest
	// Part is the frame's name, which is a value of the breakdown if there is one.
	Part string
	Unit overlayUnit
}

// overlayLinks are links to a page, one for each site that it may be on, and until when they work.
type overlayLinks struct {
	Links   []overlayLink `json:"links"`
	Expires int64         `json:"expires"`
}

type overlayLink struct {
	Page string `json:"page"`
	URL  string `json:"url"`
}

// overlayKey returns the public key, by which footfall.js checks links; empty if there is none.
func (d *Datasource) overlayKey(*http.Request) (any, error) {
	var public string
	if key := d.settings.overlay.key; key != nil {
		public = base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey))
	}
	return map[string]string{"publicKey": public}, nil
}

// overlayLinks asks a heatmap's query and makes the links. Whoever may ask the query may have them.
func (d *Datasource) overlayLinks(r *http.Request) (any, error) {
	o := d.settings.overlay
	if o.key == nil {
		return nil, &model.Error{Field: "overlayKey", Reason: say.New("problem.no-overlay-key", "is not set: an admin makes the key in the data source's settings")}
	}
	if len(o.sites) == 0 {
		return nil, &model.Error{Field: "overlaySites", Reason: say.New("problem.no-overlay-sites", "is empty: an admin lists the sites in the data source's settings")}
	}
	var request overlayRequest
	if err := readBody(r, &request); err != nil {
		return nil, err
	}
	if request.Unit != pixels && request.Unit != percent {
		return nil, &model.Error{Field: "unit", Reason: say.New("problem.overlay-unit", "is {{unit}}; use pixels or percent", strconv.Quote(string(request.Unit)))}
	}
	now := d.Clock()
	q, err := d.question(request.Query, model.Range{From: time.UnixMilli(request.From), To: time.UnixMilli(request.To)}, now)
	if err != nil {
		return nil, err
	}
	if err := d.mayAsk(backend.UserFromContext(r.Context()), q.Query); err != nil {
		return nil, err
	}
	page, picture, err := d.overlayPicture(r.Context(), q, request)
	if err != nil {
		return nil, err
	}
	addresses, err := o.addresses(page)
	if err != nil {
		return nil, err
	}
	packed, err := pack(picture)
	if err != nil {
		return nil, err
	}
	made := overlayLinks{Expires: now.Add(overlayLife).UnixMilli()}
	for _, address := range addresses {
		link, err := o.link(address, now.Add(overlayLife), packed)
		if err != nil {
			return nil, err
		}
		made.Links = append(made.Links, overlayLink{Page: address, URL: link})
	}
	return made, nil
}

// overlayPicture asks the question and returns the page that one of its frames is about, with what is drawn there.
func (d *Datasource) overlayPicture(ctx context.Context, q engine.Question, request overlayRequest) (page string, picture overlayPicture, err error) {
	answer, err := d.ask(store.WithComment(ctx, "footfall overlay"), q)
	if err != nil {
		return "", picture, err
	}
	at := slices.IndexFunc(answer.frames, func(f *data.Frame) bool {
		c, is := customOf(f)
		return is && c.Area != nil && f.Name == request.Part
	})
	if at < 0 {
		return "", picture, &model.Error{Field: "part", Reason: say.New("problem.overlay-part",
			"is {{part}}, which is no picture of clicks on a page in this answer: ask for a heatmap with bins of x and y", strconv.Quote(request.Part))}
	}
	frame := answer.frames[at]
	about, _ := customOf(frame)
	if about.Page == "" {
		return "", picture, &model.Error{Field: "heatmap.filters", Reason: say.New("problem.overlay-pages", "pick no single page: filter by one page_url, or break down by it")}
	}
	clicks := overlayClicks{Area: *about.Area, Columns: len(q.Query.Heatmap.XBins.Edges()) - 1}
	var all float64
	for row := range frame.Rows() {
		value, _ := frame.Fields[2].At(row).(*float64)
		if value == nil {
			value = new(float64)
		}
		clicks.Values = append(clicks.Values, math.Round(*value*100)/100)
		all += *value
	}
	if all == 0 {
		return "", picture, &model.Error{Field: "range", Reason: say.New("problem.overlay-empty", "has nothing to show on {{page}}: choose a longer one", strconv.Quote(about.Page))}
	}
	return about.Page, overlayPicture{
		Event: q.Query.Heatmap.Event, Count: q.Query.Heatmap.Value, From: q.From.UnixMilli(), To: q.To.UnixMilli(), Zone: q.Zone.String(),
		Viewport: about.Viewport, Filters: furtherFilters(q.Query), Unit: request.Unit, Clicks: clicks,
	}, nil
}

// furtherFilters counts the filters of a heatmap that say more than page and viewport.
func furtherFilters(q *model.Query) (n int) {
	for _, f := range slices.Concat(q.Filters, q.Heatmap.Filters) {
		if !slices.Contains([]string{"page_url", "metadata.viewport", "device_type"}, f.Property) {
			n++
		}
	}
	return n
}

func customOf(frame *data.Frame) (custom *frames.Custom, has bool) {
	if frame.Meta == nil {
		return nil, false
	}
	custom, has = frame.Meta.Custom.(*frames.Custom)
	return custom, has
}
