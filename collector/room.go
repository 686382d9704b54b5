package main

import (
	"container/list"
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
)

// room is a listener that bounds how many connections there are at once. When all places are taken, the next connection gets the place of
// the client that has kept the collector waiting longest: for its first request, the next one, or the rest of a header. So silent or slow
// clients keep nobody out. If all are at work, the next one waits. In the same way, room bounds the memory for all headers that are still
// arriving.
type room struct {
	net.Listener
	places int

	mu      sync.Mutex
	freed   sync.Cond
	closed  bool
	open    int
	waiting list.List // of *place, the longest first
	// headers is how many bytes have come of headers that are still arriving.
	headers int
}

const (
	// maxHeader is the longest header of a request, in bytes: Go adds 4 kB to its setting.
	maxHeader = 8<<10 + 4<<10
	// maxHeaders is how many bytes all headers that are still arriving may have. Short lines take up to fifteen times as much memory.
	maxHeaders = 2 << 20
	// maxLines is how many lines a request's header may have.
	maxLines = 100
)

func newRoom(listener net.Listener, places int) *room {
	r := &room{Listener: listener, places: places}
	r.freed.L = &r.mu
	return r
}

// place is an open connection.
type place struct {
	net.Conn
	room *room
	// waiting is nil while the connection is at work. It and gone are guarded by the room's mutex.
	waiting *list.Element
	gone    bool
	// header is how many bytes have come of a header that is still arriving.
	header int
}

// Accept waits for a connection and for a place. One goroutine may call it.
func (r *room) Accept() (net.Conn, error) {
	conn, err := r.Listener.Accept()
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.open >= r.places && !r.closed {
		if longest := r.waiting.Front(); longest != nil {
			r.dismiss(longest.Value.(*place))
			continue
		}
		r.freed.Wait()
	}
	if r.closed {
		_ = conn.Close()
		return nil, net.ErrClosed
	}
	p := &place{Conn: conn, room: r}
	p.waiting = r.waiting.PushBack(p)
	r.open++
	return p, nil
}

// Close stops listening; connections stay.
func (r *room) Close() error {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.freed.Broadcast()
	return r.Listener.Close()
}

// leave frees a place, once. The room is locked.
func (r *room) leave(p *place) {
	if p.gone {
		return
	}
	p.gone = true
	r.work(p)
	r.open--
	r.freed.Signal()
}

// dismiss closes a connection. The room is locked.
func (r *room) dismiss(p *place) {
	r.leave(p)
	go func() { _ = p.Conn.Close() }() // its server gets an error
}

// came counts bytes of a header. If there is no room for them, the client with the longest header is dismissed: others' are short. The room
// is locked.
func (r *room) came(p *place, bytes int) {
	p.header += bytes
	r.headers += bytes
	for r.headers > maxHeaders {
		longest := p
		for next := r.waiting.Front(); next != nil; next = next.Next() {
			if other := next.Value.(*place); other.header > longest.header {
				longest = other
			}
		}
		r.dismiss(longest)
	}
}

// work marks a connection as being at work, so that it is not dismissed. The room is locked.
func (r *room) work(p *place) {
	if p.waiting != nil {
		r.waiting.Remove(p.waiting)
		p.waiting = nil
	}
	r.headers -= p.header
	p.header = 0
}

// Read counts the bytes that come while a header is awaited.
func (p *place) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	if p.waiting != nil {
		p.room.came(p, n)
	}
	return n, err
}

func (p *place) Close() error {
	p.room.mu.Lock()
	p.room.leave(p)
	p.room.mu.Unlock()
	return p.Conn.Close()
}

// headerLines returns how many lines a header had.
func headerLines(h http.Header) (n int) {
	for _, values := range h {
		n += len(values)
	}
	return n
}

type placeKey struct{}

// watch makes a server tell the room when a connection is at work: from the end of a request's header to its answer.
func (r *room) watch(server *http.Server) {
	next := server.Handler
	server.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(ctx, placeKey{}, conn)
	}
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		r.work(req.Context().Value(placeKey{}).(*place))
		r.mu.Unlock()
		if headerLines(req.Header) > maxLines {
			w.Header().Set("Connection", "close")
			http.Error(w, fmt.Sprintf("the header has more than %d lines", maxLines), http.StatusRequestHeaderFieldsTooLarge)
			return
		}
		next.ServeHTTP(w, req)
	})
	server.ConnState = func(conn net.Conn, state http.ConnState) {
		p := conn.(*place)
		r.mu.Lock()
		defer r.mu.Unlock()
		if state == http.StateIdle && !p.gone {
			p.waiting = r.waiting.PushBack(p)
			r.freed.Signal()
		}
	}
}
