package kafka

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kfake"
)

// certificate makes one that signs itself, for 127.0.0.1, and returns the files of it and of its key.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pemFile(t, "CERTIFICATE", signed), pemFile(t, "PRIVATE KEY", secret)
}

func pemFile(t *testing.T, kind string, content []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file.pem")
	if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestEncryptionAndLogin(t *testing.T) {
	cert, key := certificate(t)
	otherCert, otherKey := certificate(t)
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	authorities := x509.NewCertPool()
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	authorities.AddCert(leaf)
	cluster := newCluster(t, kfake.EnableSASL(), kfake.Superuser("PLAIN", "ann", "sesame"), kfake.Superuser("SCRAM-SHA-256", "ann", "sesame"), kfake.Superuser("SCRAM-SHA-512", "ann", "sesame"),
		kfake.TLS(&tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: authorities, ClientAuth: tls.RequireAndVerifyClientCert}))
	good := func(c *Config) {
		c.TLS, c.CA, c.Cert, c.Key = true, cert, cert, key
		c.SASL, c.User, c.Password = "scram-sha-512", "ann", "sesame"
	}
	for name, test := range map[string]struct {
		change func(*Config)
		taken  bool
	}{
		"scram-sha-512":           {func(*Config) {}, true},
		"scram-sha-256":           {func(c *Config) { c.SASL = "scram-sha-256" }, true},
		"plain":                   {func(c *Config) { c.SASL = "plain" }, true},
		"wrong password":          {func(c *Config) { c.Password = "open" }, false},
		"no login":                {func(c *Config) { c.SASL, c.User, c.Password = "none", "", "" }, false},
		"no encryption":           {func(c *Config) { c.TLS, c.CA, c.Cert, c.Key = false, "", "", "" }, false},
		"unknown authority":       {func(c *Config) { c.CA = "" }, false},
		"no certificate":          {func(c *Config) { c.Cert, c.Key = "", "" }, false},
		"somebody's certificate ": {func(c *Config) { c.Cert, c.Key = otherCert, otherKey }, false},
	} {
		p := newProducer(t, cluster, func(c *ProducerConfig) {
			c.Timeout = time.Second
			good(&c.Config)
			test.change(&c.Config)
		})
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		ready, accepted := p.Ready(ctx), p.Accept(ctx, sample(1, 1))
		cancel()
		if (ready == nil) != test.taken || (accepted == nil) != test.taken {
			t.Errorf("%s: ready %v, accepted %v", name, ready, accepted)
		}
		if ready != nil && (strings.Contains(ready.Error(), "sesame") || strings.Contains(ready.Error(), "open")) {
			t.Errorf("%s: the password is in %q", name, ready)
		}
	}
}

func TestSettingsThatCannotBe(t *testing.T) {
	cert, key := certificate(t)
	noPEM := filepath.Join(t.TempDir(), "no.pem")
	if err := os.WriteFile(noPEM, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	for reason, change := range map[string]func(*Config){
		"FOOTFALL_KAFKA_BROKERS":       func(c *Config) { c.Brokers = nil },
		`"kafka" is no address`:        func(c *Config) { c.Brokers = []string{"kafka"} },
		"need --kafka-tls":             func(c *Config) { c.CA = cert },
		"--kafka-ca: open":             func(c *Config) { c.TLS, c.CA = true, "nowhere.pem" },
		"has no certificate":           func(c *Config) { c.TLS, c.CA = true, noPEM },
		"--kafka-cert and --kafka-key": func(c *Config) { c.TLS, c.Key = true, key },
		"set both or neither":          func(c *Config) { c.User = "ann" },
		"set both or neither ":         func(c *Config) { c.SASL = "plain" },
	} {
		config := Config{Brokers: []string{"127.0.0.1:9092"}, Topic: topic}
		change(&config)
		_, producer := NewProducer(ProducerConfig{Config: config}, registry, testLog(t))
		_, consumer := NewConsumer(ConsumerConfig{Config: config}, nil, registry, testLog(t))
		for _, err := range []error{producer, consumer} {
			if err == nil || !strings.Contains(err.Error(), strings.TrimSpace(reason)) {
				t.Errorf("%q: %v", reason, err)
			}
		}
	}
	config := Config{Brokers: []string{"127.0.0.1:9092"}, Topic: topic}
	for _, bad := range []ProducerConfig{{Timeout: time.Millisecond, Buffer: 1, Partitions: 1, Replicas: 1}, {Timeout: time.Second, Partitions: 1, Replicas: 1}} {
		bad.Config = config
		if _, err := NewProducer(bad, registry, testLog(t)); err == nil || !strings.Contains(err.Error(), "--kafka-timeout") {
			t.Error(err)
		}
	}
	for reason, bad := range map[string]ConsumerConfig{
		"--writers":       {BatchEvents: 1, BatchInterval: time.Second},
		"--batch-events":  {Writers: 1, BatchInterval: time.Second},
		"--drain-timeout": {Writers: 1, BatchEvents: 1, BatchInterval: time.Second, Grace: time.Hour},
	} {
		bad.Config = config
		if _, err := NewConsumer(bad, nil, registry, testLog(t)); err == nil || !strings.Contains(err.Error(), reason) {
			t.Error(reason, err)
		}
	}
}
