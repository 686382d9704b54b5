package ingest

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Strangers are requests without a key in header or address. The key may be in the body, which then has to be read before the sender is
// known. Their bodies have their own memory, so that they cannot take it from others.
const (
	// maxStranger is the largest body of a stranger, inflated: Segment's clients send no more than 500 kB.
	maxStranger = 512 << 10
	// strangerTimeout is how long a stranger may take to send the body.
	strangerTimeout = 10 * time.Second
)

const (
	// firstRead is the size of the buffer that a body begins with.
	firstRead = 8 << 10
	// maxSpare is the largest buffer that is reused; larger ones would keep memory that is hardly ever needed.
	maxSpare = 64 << 10
	// inflating is the memory for reading gzip, on top of the body.
	inflating = 64 << 10
	// lingering is how long a refused client may go on sending, so that it reads the reason.
	lingering = time.Second
)

// spares are small buffers for reuse.
var spares = sync.Pool{New: func() any { return new([]byte) }}

// body is a request's body, inflated.
type body struct {
	bytes  []byte
	memory *memory
}

// done returns the buffer for reuse.
func (b *body) done() {
	b.memory.keep(0)
	if cap(b.bytes) <= maxSpare {
		spare := b.bytes[:0]
		spares.Put(&spare)
	}
	b.bytes = nil
}

// grow makes room for more.
func (b *body) grow(limit int64) error {
	size := min(max(firstRead, 2*int64(cap(b.bytes))), limit)
	if err := b.memory.take(size); err != nil {
		return err
	}
	larger := make([]byte, len(b.bytes), size)
	copy(larger, b.bytes)
	b.memory.keep(b.memory.held - int64(cap(b.bytes)))
	b.bytes = larger
	return nil
}

// readAll reads to the end, or until it has more than limit bytes.
func (b *body) readAll(from io.Reader, limit int64) error {
	b.bytes = *spares.Get().(*[]byte)
	if err := b.memory.take(int64(cap(b.bytes))); err != nil {
		b.bytes = nil
		return err
	}
	for int64(len(b.bytes)) <= limit {
		if len(b.bytes) == cap(b.bytes) {
			if err := b.grow(limit + 1); err != nil {
				return err
			}
		}
		n, err := from.Read(b.bytes[len(b.bytes):cap(b.bytes)])
		b.bytes = b.bytes[:len(b.bytes)+n]
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// refusal is the answer to a request whose events were not read.
type refusal struct {
	status int
	error
}

func (r refusal) Unwrap() error { return r.error }

func tooLarge(limit int64) error {
	return refusal{http.StatusRequestEntityTooLarge, fmt.Errorf("the body is larger than %d bytes; send fewer events at once", limit)}
}

// read reads the whole body, inflated. Errors are refusals.
func (h *handler) read(w http.ResponseWriter, r *http.Request, stranger bool) (*body, error) {
	m, limit := &memory{budget: h.bodies}, h.MaxBody
	if stranger {
		m.budget, limit = h.strangers, min(limit, maxStranger)
		deadline(w, strangerTimeout)
		defer deadline(w, 0)
	}
	var reader io.Reader = http.MaxBytesReader(w, r.Body, limit)
	b := &body{memory: m}
	if r.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	switch encoding := r.Header.Get("Content-Encoding"); strings.ToLower(encoding) {
	case "", "identity":
	case "gzip":
		if err := m.take(inflating); err != nil {
			return nil, err
		}
		defer func() { m.keep(max(0, m.held-inflating)) }()
		inflated, err := gzip.NewReader(reader)
		if err != nil {
			return nil, refusal{http.StatusBadRequest, fmt.Errorf("the body is not gzip, though Content-Encoding says so: %w", err)}
		}
		reader = inflated
	default:
		w.Header().Set("Accept-Encoding", "gzip, identity")
		return nil, refusal{http.StatusUnsupportedMediaType, errors.New("this Content-Encoding is not known; send the body plain or with gzip")}
	}
	err := b.readAll(reader, limit)
	switch {
	case errors.As(err, new(*http.MaxBytesError)) || err == nil && int64(len(b.bytes)) > limit:
		err = tooLarge(limit)
	case err != nil && !errors.Is(err, errBusy):
		err = refusal{http.StatusBadRequest, fmt.Errorf("the body could not be read: %w", err)}
	}
	if err != nil {
		b.done()
		return nil, err
	}
	return b, nil
}
