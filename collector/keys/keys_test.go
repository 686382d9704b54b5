package keys

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/footfall-analytics/footfall/internal/dbtest"
)

// world is a database without keys, and what was logged.
type world struct {
	Options
	log *strings.Builder
}

func newWorld(t *testing.T, dsn string) *world {
	t.Helper()
	w := &world{log: &strings.Builder{}}
	w.Options = Options{Pool: pool(t, dsn), Schema: dbtest.Schema(t, dsn), File: filepath.Join(t.TempDir(), "keys.json"),
		Log: slog.New(slog.NewTextHandler(w.log, nil))}
	return w
}

func pool(t *testing.T, dsn string) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func (w *world) add(t *testing.T, k Key) string {
	t.Helper()
	key, err := Add(t.Context(), w.Pool, w.Schema, k)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func refresh(t *testing.T, k *Keys) {
	t.Helper()
	if err := k.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// send returns a request of so many events.
func send(k *Keys, key, origin string, events int) error {
	pass, err := k.Check(key, origin)
	if err != nil {
		return err
	}
	return pass.Spend(events)
}

func TestWhoIsLetIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		k := Open(t.Context(), w.Options)
		if err := send(k, "", "https://any.example", 1); err != nil || !k.AllowsOrigin("https://any.example") || strings.Count(w.log.String(), "THERE ARE NO WRITE KEYS") != 1 {
			t.Error("without any key", err, w.log)
		}
		web := w.add(t, Key{Name: "web", Origins: []string{"https://Shop.example/", "http://localhost:3000"}})
		server, gone := w.add(t, Key{Name: "server"}), w.add(t, Key{Name: "gone", Origins: []string{"https://old.example"}})
		if err := Revoke(t.Context(), w.Pool, w.Schema, "gone"); err != nil {
			t.Fatal(err)
		}
		refresh(t, k)
		for _, test := range []struct {
			key, origin string
			want        error
		}{
			{"", "", ErrNoKey},
			{"ff_nobody", "", ErrUnknownKey},
			{"web", "", ErrUnknownKey},
			{gone, "", ErrDisabled},
			{web, "", nil},
			{web, "https://shop.example", nil},
			{web, "HTTP://LOCALHOST:3000", nil},
			{web, "https://evil.example", ErrOrigin},
			{web, "http://shop.example", ErrOrigin},
			{web, "null", ErrOrigin},
			{server, "", nil},
			{server, "https://evil.example", nil},
		} {
			if err := send(k, test.key, test.origin, 1); !errors.Is(err, test.want) {
				t.Errorf("%+v: %v", test, err)
			}
		}
		if err := Revoke(t.Context(), w.Pool, w.Schema, "server"); err != nil {
			t.Fatal(err)
		}
		refresh(t, k)
		for origin, want := range map[string]bool{"https://shop.example": true, "https://old.example": false, "https://evil.example": false} {
			if k.AllowsOrigin(origin) != want {
				t.Errorf("%s: %t", origin, !want)
			}
		}
		// With all keys revoked nobody gets in; that is not the same as having none.
		if err := Revoke(t.Context(), w.Pool, w.Schema, "web"); err != nil {
			t.Fatal(err)
		}
		refresh(t, k)
		if err := send(k, "", "", 1); !errors.Is(err, ErrNoKey) || k.AllowsOrigin("https://shop.example") {
			t.Error(err)
		}
	})
}

func TestRates(t *testing.T) {
	w := newWorld(t, dbtest.Embedded(t))
	slow, fast, other := w.add(t, Key{Name: "slow", Rate: 100}), w.add(t, Key{Name: "fast", Rate: 5000}), w.add(t, Key{Name: "other", Rate: 1})
	k := Open(t.Context(), w.Options)
	limited := func(err error, least, most time.Duration) {
		t.Helper()
		var limit RateError
		if !errors.As(err, &limit) || limit.RetryAfter < least || limit.RetryAfter > most {
			t.Error(err)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	must(send(k, slow, "", 600))
	limited(send(k, slow, "", 600), time.Second, 2*time.Second)
	must(send(k, slow, "", 300)) // what was turned away does not count
	refresh(t, k)
	limited(send(k, slow, "", 600), 3*time.Second, 5*time.Second)
	w.add(t, Key{Name: "new"})
	refresh(t, k)
	limited(send(k, slow, "", 600), 3*time.Second, 5*time.Second) // other keys' changes do not start it anew
	pass, err := k.Check(fast, "")
	must(err)
	must(pass.Spend(5000))
	limited(pass.Spend(5000), 500*time.Millisecond, time.Second)
	must(send(k, other, "", 1_000_000)) // more than a burst, as a burst
	_, err = k.Check(other, "")         // before any event is read
	limited(err, 500*time.Millisecond, time.Second)
}

func TestWithoutTheDatabase(t *testing.T) {
	dsn := dbtest.Embedded(t)
	w := newWorld(t, dsn)
	key := w.add(t, Key{Name: "web", Origins: []string{"https://shop.example"}, Rate: 7})
	Open(t.Context(), w.Options)
	if text, err := os.ReadFile(w.File); err != nil || strings.Contains(string(text), key) {
		t.Error("the file holds the key", err)
	}
	if info, err := os.Stat(w.File); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	away := w.Options
	away.Pool = pool(t, "postgres://u:secret@127.0.0.1:1/x")
	k := Open(t.Context(), away)
	if err := send(k, key, "https://shop.example", 1); err != nil {
		t.Error(err)
	}
	if err := send(k, "other", "", 1); !errors.Is(err, ErrUnknownKey) {
		t.Error(err)
	}
	if err := k.Refresh(t.Context()); err == nil || send(k, key, "", 1) != nil {
		t.Error("keys are lost with the database", err)
	}
	// Nothing is known at all: nobody is let in, not everybody.
	for _, content := range []string{"", "{"} {
		away.File = filepath.Join(t.TempDir(), "keys.json")
		if content != "" {
			if err := os.WriteFile(away.File, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		k = Open(t.Context(), away)
		if err := send(k, key, "", 1); !errors.Is(err, ErrNotLoaded) || k.AllowsOrigin("https://shop.example") {
			t.Error(err)
		}
	}
	k.Pool = w.Pool
	refresh(t, k)
	if err := send(k, key, "", 1); err != nil {
		t.Error(err)
	}
	if strings.Contains(w.log.String(), "secret") || strings.Contains(w.log.String(), key) {
		t.Error(w.log)
	}
}

func TestRunReadsAgain(t *testing.T) {
	w := newWorld(t, dbtest.Embedded(t))
	w.add(t, Key{Name: "first"})
	k := Open(t.Context(), w.Options)
	k.every = 20 * time.Millisecond
	key := w.add(t, Key{Name: "second"})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	done := make(chan struct{})
	go func() { defer close(done); k.Run(ctx) }()
	for send(k, key, "", 1) != nil && ctx.Err() == nil {
		time.Sleep(50 * time.Millisecond)
	}
	if ctx.Err() != nil {
		t.Error("the new key is not known")
	}
	cancel()
	<-done
}

func TestKeysThatCannotBe(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, dsn string) {
		w := newWorld(t, dsn)
		first, second := w.add(t, Key{Name: "a"}), w.add(t, Key{Name: "b"})
		if first == second || len(first) < len("ff_")+26 || !strings.HasPrefix(first, "ff_") {
			t.Error(first, second)
		}
		for _, test := range []struct {
			key    Key
			reason string
		}{
			{Key{Name: "a"}, `a key named "a" already`},
			{Key{Name: " "}, "blank"},
			{Key{Name: "c", Origins: []string{"shop.example"}}, `"shop.example" is none`},
			{Key{Name: "c", Origins: []string{"https://shop.example/cart"}}, "is none"},
			{Key{Name: "c", Origins: []string{"https://u@shop.example"}}, "is none"},
			{Key{Name: "c", Rate: -1}, "write_keys"},
		} {
			if _, err := Add(t.Context(), w.Pool, w.Schema, test.key); err == nil || !strings.Contains(err.Error(), test.reason) {
				t.Errorf("%+v: %v", test.key, err)
			}
		}
		if err := Revoke(t.Context(), w.Pool, w.Schema, "nobody"); err == nil || !strings.Contains(err.Error(), `no key named "nobody"`) {
			t.Error(err)
		}
		list, err := List(t.Context(), w.Pool, w.Schema)
		if err != nil || len(list) != 2 {
			t.Error(list, err)
		}
		conn := dbtest.Connect(t, dsn)
		if _, err := conn.Exec(t.Context(), "UPDATE "+pgx.Identifier{w.Schema, "write_keys"}.Sanitize()+" SET key_hash = '\\x00' WHERE name = 'a'"); err != nil {
			t.Fatal(err)
		}
		if _, err := List(t.Context(), w.Pool, w.Schema); err == nil || !strings.Contains(err.Error(), `"a" has a hash of 1 bytes`) {
			t.Error(err)
		}
	})
}
