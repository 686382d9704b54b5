package main

import (
	"net"
	"sync"
)

// proxy stands between the collector and the database, and does what networks and servers do on bad days.
type proxy struct {
	listener net.Listener
	target   string

	mu    sync.Mutex
	links map[*link]bool
	// refusing makes it hang up on who connects.
	refusing bool
	// left is after how many more bytes, of the database or else of the collector, all connections are reset; negative for never.
	left         int
	fromDatabase bool
}

// link is one connection through the proxy.
type link struct {
	collector, database *net.TCPConn
	// stalled is closed when bytes may pass; nil when they pass.
	stalled chan struct{}
}

func startProxy(target string) (*proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: listener, target: target, links: map[*link]bool{}, left: -1}
	go p.accept()
	return p, nil
}

func (p *proxy) address() string { return p.listener.Addr().String() }

func (p *proxy) accept() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return // it is closed
		}
		go p.connect(conn.(*net.TCPConn))
	}
}

func (p *proxy) connect(collector *net.TCPConn) {
	p.mu.Lock()
	refusing := p.refusing
	p.mu.Unlock()
	if refusing {
		hangUp(collector)
		return
	}
	database, err := net.Dial("tcp", p.target)
	if err != nil {
		hangUp(collector)
		return
	}
	l := &link{collector: collector, database: database.(*net.TCPConn)}
	p.mu.Lock()
	p.links[l] = true
	p.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { p.pump(l, l.database, l.collector) })
	both.Go(func() { p.pump(l, l.collector, l.database) })
	both.Wait()
	p.mu.Lock()
	delete(p.links, l)
	p.mu.Unlock()
}

// pump passes bytes on in one direction. What it holds when the sender dies still arrives, if late.
func (p *proxy) pump(l *link, to, from *net.TCPConn) {
	defer func() { _ = to.Close() }()
	defer func() { _ = from.Close() }()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			p.await(l)
			pass, cut := p.spend(n, from == l.database)
			if _, err := to.Write(buffer[:pass]); err != nil {
				return
			}
			if cut {
				p.reset()
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// await waits until the connection is not stalled.
func (p *proxy) await(l *link) {
	p.mu.Lock()
	stalled := l.stalled
	p.mu.Unlock()
	if stalled != nil {
		<-stalled
	}
}

// spend says how many of n bytes may pass, and whether everything ends with them.
func (p *proxy) spend(n int, fromDatabase bool) (pass int, cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left < 0 || fromDatabase != p.fromDatabase {
		return n, false
	}
	if n < p.left {
		p.left -= n
		return n, false
	}
	pass, p.left = p.left, -1
	return pass, true
}

// cutAfter resets all connections after so many more bytes in one direction: within a batch, or within the database's answer
// to it, when nobody knows whether it is committed.
func (p *proxy) cutAfter(bytes int, fromDatabase bool) {
	p.mu.Lock()
	p.left, p.fromDatabase = bytes, fromDatabase
	p.mu.Unlock()
}

// refuse makes the database unreachable, or reachable again.
func (p *proxy) refuse(on bool) {
	p.mu.Lock()
	p.refusing = on
	p.mu.Unlock()
	if on {
		p.reset()
	}
}

// reset breaks all connections.
func (p *proxy) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		hangUp(l.collector)
		hangUp(l.database)
	}
}

// stall holds what is on the way in the connections there are; new ones are not stalled. The returned function lets it go.
func (p *proxy) stall() (release func()) {
	held := make(chan struct{})
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		l.stalled = held
	}
	return func() { close(held) }
}

// ports returns the ports from which connections to the database come.
func (p *proxy) ports() (ports []int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		ports = append(ports, l.database.LocalAddr().(*net.TCPAddr).Port)
	}
	return ports
}

func (p *proxy) close() {
	_ = p.listener.Close()
	p.reset()
}

// hangUp ends a connection with a reset.
func hangUp(c *net.TCPConn) {
	_ = c.SetLinger(0)
	_ = c.Close()
}
