package main

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"sync"
)

// room is a listener that bounds how many connections there are at once. When all places are taken, the next connection gets
// that of the client that has kept the collector waiting longest: for its first request, the next one, or the rest of a header. So
// clients that are silent or slow keep nobody out. When all are at work, the next one waits.
type room struct {
	net.Listener
	places int

	mu      sync.Mutex
	freed   sync.Cond
	closed  bool
	open    int
	waiting list.List // of *place, the longest first
}

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
}

// Accept is called by one goroutine.
func (r *room) Accept() (net.Conn, error) {
	conn, err := r.Listener.Accept()
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.open >= r.places && !r.closed {
		if longest := r.waiting.Front(); longest != nil {
			p := longest.Value.(*place)
			r.leave(p)
			go func() { _ = p.Conn.Close() }() // whoever serves it hears of it
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

// Close ends the listening; connections stay.
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

// work takes a connection out of those that may have to go. The room is locked.
func (r *room) work(p *place) {
	if p.waiting != nil {
		r.waiting.Remove(p.waiting)
		p.waiting = nil
	}
}

func (p *place) Close() error {
	p.room.mu.Lock()
	p.room.leave(p)
	p.room.mu.Unlock()
	return p.Conn.Close()
}

type placeKey struct{}

// watch makes a server tell the room when a connection is at work: from when the header of a request has been read to its answer.
func (r *room) watch(server *http.Server) {
	next := server.Handler
	server.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(ctx, placeKey{}, conn)
	}
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		r.work(req.Context().Value(placeKey{}).(*place))
		r.mu.Unlock()
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
