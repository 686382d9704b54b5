package queue_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/footfall-analytics/footfall/collector/queue"
)

// A record that was appended is read again after a restart, until it is committed.
func ExampleQueue() {
	dir, err := os.MkdirTemp("", "queue-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	options := queue.Options{Dir: dir, MaxBytes: 64 << 20, SegmentBytes: 1 << 20, Log: slog.New(slog.DiscardHandler)}
	ctx := context.Background()
	for range 2 {
		q, err := queue.Open(options)
		if err != nil {
			fmt.Println(err)
			return
		}
		if _, records := q.Size(); records == 0 {
			fmt.Println("append:", q.Append(ctx, []byte("an event")))
		}
		batch, err := q.Read(ctx, 1<<20)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("read: %s\n", batch.Records[0])
		fmt.Println("close:", q.Close())
	}
	// Output:
	// append: <nil>
	// read: an event
	// close: <nil>
	// read: an event
	// close: <nil>
}
