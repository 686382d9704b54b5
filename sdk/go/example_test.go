package footfall_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	footfall "github.com/footfall-analytics/footfall/sdk/go"
)

func Example() {
	// In place of a collector.
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		key, _, _ := r.BasicAuth()
		fmt.Println(r.Method, r.URL.Path, "with", key)
	}))
	defer collector.Close()

	client, err := footfall.New(collector.URL, footfall.Options{WriteKey: "a-write-key"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, message := range []footfall.Message{
		footfall.Identify{UserID: "u-17", AnonymousID: "a-3", Traits: map[string]any{"plan": "pro"}},
		footfall.Track{UserID: "u-17", Event: "pay_order", Properties: map[string]any{"amount": 49.9}},
	} {
		if err := client.Enqueue(message); err != nil {
			fmt.Println(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	fmt.Println("sent:", client.Close(ctx) == nil)
	// Output:
	// POST /v1/batch with a-write-key
	// sent: true
}
