package store

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/internal/dbtest"
)

// sslRequest is the code by which a client asks for TLS before it says who it is.
const sslRequest = 80877103

// door is an address of the embedded database, with TLS where it has a certificate. It notes what comes in plain text.
type door struct {
	address string
	mu      sync.Mutex
	plain   int
}

// goodbye is all that a client says that was refused TLS.
const goodbye = "X\x00\x00\x00\x04"

func (d *door) note(said []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if string(said) != goodbye {
		d.plain += len(said)
	}
}

func (d *door) countConnections() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.plain
}

func openDoor(t *testing.T, database string, certificate *tls.Certificate) *door {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	d := &door{address: listener.Addr().String()}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go d.serve(conn, database, certificate)
		}
	}()
	return d
}

func (d *door) serve(conn net.Conn, database string, certificate *tls.Certificate) {
	defer func() { _ = conn.Close() }()
	first := make([]byte, 8)
	if _, err := io.ReadFull(conn, first); err != nil {
		return
	}
	wantsTLS := binary.BigEndian.Uint32(first[4:]) == sslRequest
	if wantsTLS && certificate != nil {
		_, _ = conn.Write([]byte("S"))
		conn = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12})
		first = nil
	} else if wantsTLS {
		_, _ = conn.Write([]byte("N"))
		first = nil
	}
	behind, err := net.Dial("tcp", database)
	if err != nil {
		return
	}
	defer func() { _ = behind.Close() }()
	if _, encrypted := conn.(*tls.Conn); !encrypted {
		d.note(first)
	}
	_, _ = behind.Write(first)
	go func() { _, _ = io.Copy(conn, behind) }()
	buffer := make([]byte, 4096)
	for {
		n, err := conn.Read(buffer)
		if _, encrypted := conn.(*tls.Conn); !encrypted {
			d.note(buffer[:n])
		}
		if err != nil {
			return
		}
		_, _ = behind.Write(buffer[:n])
	}
}

// authority signs certificates for a server's names; it returns its own, as PEM.
func authority(t *testing.T) (ca string, sign func(host string) *tls.Certificate) {
	t.Helper()
	key := func() *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	root := &x509.Certificate{SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	rootKey := key()
	create := func(cert *x509.Certificate, k *ecdsa.PrivateKey) []byte {
		der, err := x509.CreateCertificate(rand.Reader, cert, root, &k.PublicKey, rootKey)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	ca = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: create(root, rootKey)}))
	return ca, func(host string) *tls.Certificate {
		cert := &x509.Certificate{SerialNumber: big.NewInt(2), NotBefore: root.NotBefore, NotAfter: root.NotAfter}
		if ip := net.ParseIP(host); ip != nil {
			cert.IPAddresses = []net.IP{ip}
		} else {
			cert.DNSNames = []string{host}
		}
		k := key()
		return &tls.Certificate{Certificate: [][]byte{create(cert, k)}, PrivateKey: k}
	}
}

// refusing returns an address where nobody listens.
func refusing(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// Every one of several hosts is asked for what the TLS mode says, by its own name, and none hears a word in plain text unless TLS is
// off.
func TestEveryHostIsAskedForTheSameTLS(t *testing.T) {
	database, err := url.Parse(dbtest.Embedded(t))
	if err != nil {
		t.Fatal(err)
	}
	ca, sign := authority(t)
	_, stranger := authority(t)
	named := func(d *door) string { return strings.Replace(d.address, "127.0.0.1", "localhost", 1) }
	plain := openDoor(t, database.Host, nil)
	good := openDoor(t, database.Host, sign("127.0.0.1"))
	localhost := openDoor(t, database.Host, sign("localhost"))
	unknown := openDoor(t, database.Host, stranger("127.0.0.1"))
	closed := refusing(t)
	for name, c := range map[string]struct {
		host string
		// good are the modes in which the host is let in.
		good []string
	}{
		"plain":                         {plain.address, []string{"disable"}},
		"refusing, plain":               {closed + "," + plain.address, []string{"disable"}},
		"refusing by name, plain":       {strings.Replace(closed, "127.0.0.1", "localhost", 1) + "," + plain.address, []string{"disable"}},
		"certificate of nobody, plain":  {unknown.address + "," + plain.address, []string{"disable", "require"}},
		"another host's, plain":         {localhost.address + "," + plain.address, []string{"disable", "require", "verify-ca"}},
		"good":                          {good.address, []string{"disable", "require", "verify-ca", "verify-full"}},
		"refusing, good":                {closed + "," + good.address, []string{"disable", "require", "verify-ca", "verify-full"}},
		"by another name":               {named(good), []string{"disable", "require", "verify-ca"}},
		"refusing, good by name":        {closed + "," + named(localhost), []string{"disable", "require", "verify-ca", "verify-full"}},
		"refusing by name, another's":   {strings.Replace(closed, "127.0.0.1", "localhost", 1) + "," + localhost.address, []string{"disable", "require", "verify-ca"}},
		"plain, refusing, good by name": {plain.address + "," + closed + "," + named(localhost), []string{"disable", "require", "verify-ca", "verify-full"}},
	} {
		for _, mode := range []string{"disable", "require", "verify-ca", "verify-full", "prefer", "allow", ""} {
			before := plain.countConnections()
			s, err := Open(Config{Host: c.host, Database: "postgres", User: "postgres", Password: "secret", Schema: "footfall", SSLMode: mode, TLSCACert: ca,
				QueryTimeout: 20 * time.Second, RowLimit: 10, MaxOpenConns: 1})
			if err == nil {
				err = s.Read(t.Context(), func(ctx context.Context, snapshot *Snapshot) error {
					var one int
					return snapshot.txs[0].QueryRow(ctx, "SELECT 1").Scan(&one)
				})
				s.Close()
			}
			if slices.Contains(c.good, mode) != (err == nil) {
				t.Errorf("%s, %q: %v", name, mode, err)
			}
			if heard := plain.countConnections() - before; heard > 0 && mode != "disable" {
				t.Errorf("%s, %q: %d bytes came in plain text", name, mode, heard)
			}
		}
	}
}

func TestHostsAreSplit(t *testing.T) {
	for list, want := range map[string]string{
		"a": "a 5432", "a:1": "a 1", "a,b:5": "a,b 5432,5", "a:1,b:2": "a,b 1,2", "::1": "::1 5432", "[::1]": "::1 5432", "[::1]:7,a": "::1,a 7,5432", "a:": "a 5432",
		"": "", "a,": "", ",a": "", ":5": "",
	} {
		hosts, ports, err := splitHosts(list)
		if got := hosts + " " + ports; got != want && (want != "" || err == nil) {
			t.Errorf("%q: %q, %v", list, got, err)
		}
	}
	for _, host := range []string{"a:x", "a:99999"} {
		if s, err := Open(Config{Host: host, Database: "d", SSLMode: "disable", MaxOpenConns: 1}); err == nil {
			s.Close()
			t.Errorf("%q is a host", host)
		}
	}
}
