package segments

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
)

// MaxUpload is the size in bytes of the largest list of users that is taken.
const MaxUpload = 64 << 20

// Upload is what became of a list of users.
type Upload struct {
	Refresh
	// Known is how many of the list's ids somebody has, and Unknown how many nobody has. Both count each id once.
	Known, Unknown int
	// Examples are the first ids that nobody has.
	Examples []string
}

// ErrDefined is the error of a list for a segment that has a definition.
var ErrDefined = errors.New("the segment has a definition, which says who is in it: upload lists to a segment without one")

// UploadError is the error of a list that is not taken.
type UploadError struct{ Reason string }

func (e *UploadError) Error() string { return e.Reason }

// Import makes the users of a list the members of a segment that has no definition. The list is CSV in UTF-8, with an id a line; the first
// line may be the header user_id. Ids that nobody has are reported, and stored nowhere.
func (s *Segments) Import(ctx context.Context, name string, list io.Reader) (u Upload, err error) {
	start := time.Now()
	ids, err := readIDs(list)
	if err != nil {
		return u, err
	}
	b, err := s.begin(ctx, name)
	if err != nil {
		return u, err
	}
	if b.Definition != nil {
		return u, ErrDefined
	}
	u.Refresh, err = s.store(ctx, b, start, func(ctx context.Context, tx pgx.Tx, _ Segment) (keys []int64, err error) {
		u.Known, u.Unknown, u.Examples = 0, 0, nil
		for part := range slices.Chunk(ids, atOnce) {
			some, err := u.resolve(ctx, tx, part)
			if err != nil {
				return nil, err
			}
			keys = append(keys, some...)
		}
		slices.Sort(keys)
		return slices.Compact(keys), nil
	})
	return u, err
}

// resolve returns the keys of the users that have the ids.
func (u *Upload) resolve(ctx context.Context, tx pgx.Tx, ids []string) (keys []int64, err error) {
	const examples = 10
	rows, err := tx.Query(ctx, `SELECT i.id, coalesce(a.user_key, p.user_key) FROM unnest($1::text[]) AS i (id)
		LEFT JOIN user_aliases a ON a.alias = i.id LEFT JOIN user_profiles p ON p.user_id = i.id`, ids)
	if err != nil {
		return nil, err
	}
	var id string
	var key *int64
	_, err = pgx.ForEachRow(rows, []any{&id, &key}, func() error {
		if key != nil {
			u.Known++
			keys = append(keys, *key)
			return nil
		}
		if u.Unknown++; len(u.Examples) < examples {
			u.Examples = append(u.Examples, id)
		}
		return nil
	})
	return keys, err
}

// readIDs returns the ids of a list, each once.
func readIDs(list io.Reader) ([]string, error) {
	text, err := io.ReadAll(io.LimitReader(list, MaxUpload+1))
	if err != nil {
		return nil, err
	}
	if len(text) > MaxUpload {
		return nil, &UploadError{fmt.Sprintf("the list has more than %d bytes: upload fewer users", MaxUpload)}
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return nil, &UploadError{"the list is not in UTF-8: save it as CSV in UTF-8 (in Excel: CSV UTF-8)"}
	}
	reader := csv.NewReader(bytes.NewReader(text))
	reader.FieldsPerRecord, reader.ReuseRecord, reader.LazyQuotes = -1, true, false
	var ids []string
	seen := map[string]bool{}
	for first := true; ; first = false {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, &UploadError{"the list is no CSV: " + err.Error()}
		}
		line, _ := reader.FieldPos(0)
		id := strings.TrimSpace(record[0])
		switch {
		case len(record) > 1:
			return nil, &UploadError{fmt.Sprintf("line %d has %d columns: write one user id a line", line, len(record))}
		case id == "" || seen[id] || first && isHeader(id):
			continue
		}
		id = strings.Clone(id)
		seen[id] = true
		ids = append(ids, id)
	}
	if ids == nil {
		return nil, &UploadError{"the list has no user ids"}
	}
	return ids, nil
}

func isHeader(text string) bool {
	return slices.Contains([]string{"user_id", "userid", "user", "id"}, strings.ToLower(text))
}
