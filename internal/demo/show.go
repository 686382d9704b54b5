package main

import (
	"context"
	"fmt"
	"os"

	"github.com/footfall-analytics/footfall/internal/preview"
	"github.com/footfall-analytics/footfall/internal/programs"
	"github.com/footfall-analytics/footfall/internal/shop"
)

// show lets the user ask more until the context ends: in Grafana where there is one, else on the preview page.
func (d *demo) show(ctx context.Context) error {
	if d.grafanaHome != "" {
		return d.showGrafana(ctx)
	}
	handler := preview.Handler(preview.Options{
		Page: os.DirFS(programs.PreviewFolder), Plugin: d.plugin,
		Questions: shop.Questions(), From: shop.Start(d.now, days), To: d.now, TimeZone: shop.Zone.String(),
	})
	return preview.Serve(ctx, d.ports[previewPort], handler, func(url string) {
		invite("Ask more in the plugin's own query editor", url)
	})
}

func invite(what, url string) {
	fmt.Printf("\n  %s:\n\n      %s\n\n  Ctrl-C ends the demo.\n", what, url)
}
