package keys

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/time/rate"
)

// RefreshInterval is the longest time until a change of the table takes effect, while the database is there.
const RefreshInterval = 10 * time.Second

// minBurst is how many events a key may send at once, however low its rate: batches must pass as a whole. A key with a higher
// rate may send a second's events at once.
const minBurst = 1000

// The reasons why a request is not let in.
var (
	// ErrNoKey and ErrUnknownKey are answered with 401.
	ErrNoKey      = errors.New("this collector takes events with a write key only: send it as the user name of Basic authentication, without a password")
	ErrUnknownKey = errors.New("the write key is not known; collector key list shows those that are, collector key add makes one")
	// ErrDisabled and ErrOrigin are answered with 403.
	ErrDisabled = errors.New("the write key has been revoked; ask for another one")
	ErrOrigin   = errors.New("the write key may not be used from this web site; collector key add NAME --origin makes one that may")
	// ErrNotLoaded is answered with 503, after which senders come back: the keys could not be read yet.
	ErrNotLoaded = errors.New("the write keys are not known yet, because the database could not be asked; try again later")
)

// RateError is the error of a key that sends more than it may. It is answered with 429.
type RateError struct {
	// RetryAfter is how soon as many events will be let in.
	RetryAfter time.Duration
}

func (r RateError) Error() string {
	return fmt.Sprintf("the write key has sent more events than its rate allows; come back in %s", r.RetryAfter.Round(time.Millisecond))
}

// Options say where keys are stored. All but File must be set.
type Options struct {
	Pool   *pgxpool.Pool
	Schema string
	// File keeps the keys, as hashes, for a start without the database; empty for none.
	File string
	Log  *slog.Logger
}

// Keys holds the write keys as last read. It may be used by many goroutines at once.
type Keys struct {
	Options
	every   time.Duration
	current atomic.Pointer[snapshot]
}

// hash is the SHA-256 of a key. A slow hash is for secrets that can be guessed; keys have 128 random bits. Nor can a key be found by timing
// answers: what is compared is a hash of what was sent, and nobody can choose that.
type hash [sha256.Size]byte

// snapshot is the keys at one time. It never changes.
type snapshot struct {
	keys   []Key
	byHash map[hash]*entry
}

type entry struct {
	Key
	Pass
}

// Open reads the keys from the database or, if it does not answer, from the file. If neither has them, all requests are turned away until
// [Keys.Refresh] succeeds.
func Open(ctx context.Context, opts Options) *Keys {
	k := &Keys{Options: opts, every: RefreshInterval}
	err := k.Refresh(ctx)
	if err == nil {
		return k
	}
	last, fileErr := k.load()
	if fileErr != nil {
		k.Log.Error("the write keys cannot be read, nothing is let in until they are", "error", errors.Join(err, fileErr))
		return k
	}
	k.Log.Warn("the write keys cannot be read from the database, those of the last time hold", "error", err, "file", k.File)
	k.use(last)
	return k
}

// Run reads the keys again and again until ctx ends. While the database is away, the last keys hold.
func (k *Keys) Run(ctx context.Context) {
	ticker := time.NewTicker(k.every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := k.Refresh(ctx); err != nil && ctx.Err() == nil {
			k.Log.Warn("the write keys cannot be read, those of the last time hold", "error", err)
		}
	}
}

// Refresh reads the keys from the database at once.
func (k *Keys) Refresh(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, RefreshInterval)
	defer cancel()
	list, err := List(ctx, k.Pool, k.Schema)
	if err != nil {
		return err
	}
	if before := k.current.Load(); before != nil && slices.EqualFunc(before.keys, list, Key.equal) {
		return nil
	}
	k.use(list)
	if err := k.save(list); err != nil {
		k.Log.Warn("the write keys cannot be kept for a start without the database", "error", err, "file", k.File)
	}
	return nil
}

// use puts these keys in force. What a key has used of its rate still counts.
func (k *Keys) use(list []Key) {
	before := k.current.Load()
	next := &snapshot{keys: list, byHash: make(map[hash]*entry, len(list))}
	for _, key := range list {
		e := &entry{Key: key}
		if before != nil && before.byHash[key.Hash] != nil && before.byHash[key.Hash].Rate == key.Rate {
			e.limiter = before.byHash[key.Hash].limiter
		} else if key.Rate > 0 {
			e.limiter = rate.NewLimiter(rate.Limit(key.Rate), max(key.Rate, minBurst))
		}
		next.byHash[key.Hash] = e
	}
	k.current.Store(next)
	if len(list) == 0 {
		k.Log.Warn("THERE ARE NO WRITE KEYS: ANYBODY WHO REACHES THIS COLLECTOR MAY SEND EVENTS. Right for a demo only; collector key add NAME makes a key, and from then on one is needed")
	}
}

// Ready returns why nothing is let in.
func (k *Keys) Ready() error {
	if k.current.Load() == nil {
		return ErrNotLoaded
	}
	return nil
}

// Pass is the permission of a request that is let in.
type Pass struct {
	// limiter is nil without a limit.
	limiter *rate.Limiter
}

// Check decides whether a request is let in, before its events are read; the error is one of this package's. An empty origin means that the
// request does not come from a web page.
func (k *Keys) Check(key, origin string) (Pass, error) {
	current := k.current.Load()
	switch {
	case current == nil:
		return Pass{}, ErrNotLoaded
	case len(current.keys) == 0:
		return Pass{}, nil
	case key == "":
		return Pass{}, ErrNoKey
	}
	e := current.byHash[sha256.Sum256([]byte(key))]
	switch {
	case e == nil:
		return Pass{}, ErrUnknownKey
	case !e.Enabled:
		return Pass{}, ErrDisabled
	case origin != "" && !e.allows(origin):
		return Pass{}, ErrOrigin
	}
	return e.Pass, e.rateError()
}

// rateError returns the error of a rate that is used up.
func (p Pass) rateError() error {
	if p.limiter == nil {
		return nil
	}
	missing := 1 - p.limiter.Tokens()
	if missing <= 0 {
		return nil
	}
	return RateError{time.Duration(missing / float64(p.limiter.Limit()) * float64(time.Second))}
}

// Spend counts events against the key's rate, bad ones too. If there are more than it allows now, it counts none and returns a [RateError].
func (p Pass) Spend(events int) error {
	if p.limiter == nil {
		return nil
	}
	// More than a burst would never pass.
	r := p.limiter.ReserveN(time.Now(), min(events, p.limiter.Burst()))
	if wait := r.Delay(); wait > 0 {
		r.Cancel()
		return RateError{wait}
	}
	return nil
}

// AllowsOrigin reports whether some key may be used from a web site. Browsers ask before they send a key (CORS).
func (k *Keys) AllowsOrigin(origin string) bool {
	current := k.current.Load()
	if current == nil || len(current.keys) == 0 {
		return current != nil
	}
	return slices.ContainsFunc(current.keys, func(key Key) bool { return key.Enabled && key.allows(origin) })
}

// load reads the file.
func (k *Keys) load() (list []Key, err error) {
	if k.File == "" {
		return nil, errors.New("no file keeps them")
	}
	text, err := os.ReadFile(k.File)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no keys were kept in %s yet", k.File)
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", k.File, err)
	}
	return list, nil
}

// save replaces the file; after a crash it is either the old or the new one.
func (k *Keys) save(list []Key) error {
	if k.File == "" {
		return nil
	}
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	next := k.File + ".new"
	if err := os.WriteFile(next, text, 0o600); err != nil {
		return err
	}
	return os.Rename(next, k.File)
}
