package keys

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Key is a row of the table write_keys.
type Key struct {
	Name string
	Hash hash
	// Origins are the web sites whose pages may use the key, such as https://shop.example; none for all of them.
	Origins []string
	// Rate is in events per second, on average; 0 for no limit.
	Rate      int
	Enabled   bool
	CreatedAt time.Time
}

func (k Key) equal(other Key) bool {
	return k.Name == other.Name && bytes.Equal(k.Hash[:], other.Hash[:]) && slices.Equal(k.Origins, other.Origins) &&
		k.Rate == other.Rate && k.Enabled == other.Enabled
}

func (k Key) allows(origin string) bool {
	return len(k.Origins) == 0 || slices.Contains(k.Origins, strings.ToLower(origin))
}

// database is a connection, or a pool of them.
type database interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}

// List reads all keys, revoked ones too, by name.
func List(ctx context.Context, db database, schema string) (list []Key, err error) {
	// In a transaction, like everything that may run beside the writer on the embedded database, which has one session.
	err = pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT name, key_hash, allowed_origins, coalesce(rate_limit, 0), enabled, created_at
			FROM `+table(schema)+` ORDER BY name`)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, scanKey)
		return err
	})
	return list, err
}

func scanKey(row pgx.CollectableRow) (k Key, err error) {
	var sum []byte
	if err = row.Scan(&k.Name, &sum, &k.Origins, &k.Rate, &k.Enabled, &k.CreatedAt); err != nil {
		return k, err
	}
	if len(sum) != len(k.Hash) {
		return k, fmt.Errorf("the write key %q has a hash of %d bytes; a SHA-256 has %d", k.Name, len(sum), len(k.Hash))
	}
	k.Hash = hash(sum)
	return k, nil
}

func table(schema string) string { return pgx.Identifier{schema, "write_keys"}.Sanitize() }

// Add makes a new key with the name, origins and rate of k, and returns it. It cannot be read from the table later.
func Add(ctx context.Context, db database, schema string, k Key) (string, error) {
	if strings.TrimSpace(k.Name) == "" {
		return "", errors.New("the name of the key is blank; it should say who sends with it")
	}
	origins := make([]string, len(k.Origins))
	for i, text := range k.Origins {
		var err error
		if origins[i], err = originOf(text); err != nil {
			return "", err
		}
	}
	key := "ff_" + rand.Text()
	sum := sha256.Sum256([]byte(key))
	err := pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO `+table(schema)+` (name, key_hash, allowed_origins, rate_limit)
			VALUES ($1, $2, $3, nullif($4::int, 0))`, k.Name, sum[:], origins, k.Rate)
		return err
	})
	if pgErr := (*pgconn.PgError)(nil); errors.As(err, &pgErr) && pgErr.Code == pgerrcode.UniqueViolation {
		return "", fmt.Errorf("there is a key named %q already, perhaps a revoked one; choose another name", k.Name)
	}
	return key, err
}

// originOf returns a web site as browsers name it: scheme, host and port, in lower case.
func originOf(text string) (string, error) {
	u, err := url.Parse(strings.ToLower(text))
	if err != nil || u.Scheme == "" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return "", fmt.Errorf("the origin %q is none: name scheme, host and, if it is not the usual one, port, such as https://shop.example", text)
	}
	return u.Scheme + "://" + u.Host, nil
}

// Revoke turns a key off for good. Its row stays: with no rows, the collector would take events from everybody.
func Revoke(ctx context.Context, db database, schema, name string) error {
	return pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE `+table(schema)+` SET enabled = false WHERE name = $1`, name)
		if err == nil && tag.RowsAffected() == 0 {
			return fmt.Errorf("there is no key named %q; collector key list shows all", name)
		}
		return err
	})
}
