package store

import (
	"context"
	"net/url"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/internal/dbtest"
)

// A question that has a connection is answered, even where the server takes no second one.
func TestASnapshotStaysNarrowWhereTheServerTakesNoMoreConnections(t *testing.T) {
	dsn := os.Getenv("FOOTFALL_TEST_DSN")
	if dsn == "" {
		t.Skip("the embedded database has one session: set FOOTFALL_TEST_DSN to a server")
	}
	address, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	admin, role := dbtest.Connect(t, dsn), "footfall_narrow_"+strconv.Itoa(os.Getpid())
	if _, err := admin.Exec(t.Context(), "CREATE ROLE "+role+" LOGIN PASSWORD 'right' CONNECTION LIMIT 1"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec(context.Background(), "DROP ROLE "+role); err != nil {
			t.Error(err)
		}
	})
	s, err := Open(Config{
		Host: address.Host, Database: address.Path[1:], User: role, Password: "right", Schema: "public", SSLMode: "disable",
		QueryTimeout: time.Minute, RowLimit: 10, MaxOpenConns: 4,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.Read(t.Context(), func(ctx context.Context, snapshot *Snapshot) error {
		if err := snapshot.Widen(ctx, 3); err != nil {
			return err
		}
		if n := snapshot.Connections(); n != 1 {
			t.Errorf("the snapshot has %d connections where the server takes one", n)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if !s.turns.TryAcquire(4) {
		t.Error("a turn was not given back")
	}
}
