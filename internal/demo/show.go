package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/footfall-analytics/footfall/internal/preview"
	"github.com/footfall-analytics/footfall/internal/programs"
	"github.com/footfall-analytics/footfall/internal/shop"
)

// show lets the user ask more until the context ends: in Grafana where there is one, else on the preview page.
func (d *demo) show(ctx context.Context) error {
	shopSite, err := shop.Site(os.DirFS(filepath.Join("sdk", "js", "dist")), d.collector.URL, d.checks)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go func() { stop(preview.Serve(ctx, d.ports[shopPort], shopSite, func(string) {})) }()
	if err := d.showAnswers(ctx); err != nil || ctx.Err() == nil {
		return err
	}
	return context.Cause(ctx)
}

// shopURL is where the shop's pages are, for clicks to be shown on.
func (d *demo) shopURL() string { return fmt.Sprintf("http://127.0.0.1:%d", d.ports[shopPort]) }

func (d *demo) showAnswers(ctx context.Context) error {
	if d.grafanaHome != "" {
		return d.showGrafana(ctx)
	}
	handler := preview.Handler(preview.Options{
		Page: os.DirFS(programs.PreviewFolder), Plugin: d.plugin,
		Questions: append(shop.Questions(), shop.Clicks()), From: shop.Start(d.now, days), To: d.now, TimeZone: shop.Zone.String(),
	})
	return preview.Serve(ctx, d.ports[previewPort], handler, func(url string) {
		invite("Ask more in the plugin's own query editor", url)
	})
}

func invite(what, url string) {
	fmt.Printf("\n  %s:\n\n      %s\n\n  Ctrl-C ends the demo.\n", what, url)
}
