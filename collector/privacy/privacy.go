// Package privacy decides which events may be kept, and takes out of them what must not be.
package privacy

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"strings"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/rawjson"
	"github.com/footfall-analytics/footfall/collector/visitor"
)

// Settings say what is kept. The zero value keeps every event, and no address.
type Settings struct {
	RespectDNT     bool     `name:"respect-dnt" help:"Keep nothing of browsers that send DNT: 1 (Do Not Track)."`
	RespectGPC     bool     `name:"respect-gpc" help:"Keep nothing of browsers that send Sec-GPC: 1 (Global Privacy Control)."`
	RequireConsent bool     `help:"Keep only events whose metadata or context says consent: true."`
	IP             string   `name:"ip" help:"What is kept of visitors' addresses, in metadata.ip and metadata.context.ip: none, truncate (the network: /24 of IPv4, /48 of IPv6) or hash (keyed, see --hash-key)." enum:"none,truncate,hash" default:"none"`
	HashProperties []string `help:"Properties of metadata and traits that are replaced by a keyed hash, such as email,phone,card.number: a name at any depth, or a path." placeholder:"NAME"`
	HashAlgorithm  string   `help:"How properties are hashed: hmac-sha256, or md5 without a key. With md5 whoever has the table finds phone numbers and addresses by trying; it is for matching data that was hashed so." enum:"hmac-sha256,md5" default:"hmac-sha256"`
	HashKey        string   `help:"Secret of 16 or more characters for keyed hashes. Keep it: the same key gives the same hashes." placeholder:"SECRET"`
	HashKeyFile    string   `help:"File that holds the secret in place of --hash-key." type:"path" placeholder:"FILE"`
}

const (
	ipNone     = "none"
	ipTruncate = "truncate"
	ipHash     = "hash"
	md5Plain   = "md5"
	minHashKey = 16
)

// Filter applies settings to events. It may be used by many goroutines at once.
type Filter struct {
	Settings
	key        []byte
	properties map[string]bool
}

// New reads the key where one is needed.
func New(s Settings) (*Filter, error) {
	f := &Filter{Settings: s, key: []byte(s.HashKey), properties: map[string]bool{}}
	if f.IP == "" {
		f.IP = ipNone
	}
	for _, name := range s.HashProperties {
		if name = strings.TrimSpace(name); name == "" {
			return nil, errors.New("--hash-properties has an empty name: separate names by single commas, such as email,phone")
		}
		f.properties[name] = true
	}
	if s.HashKeyFile != "" {
		if s.HashKey != "" {
			return nil, errors.New("--hash-key and --hash-key-file are both set: take one")
		}
		text, err := os.ReadFile(s.HashKeyFile)
		if err != nil {
			return nil, fmt.Errorf("--hash-key-file: %w", err)
		}
		f.key = bytes.TrimSpace(text)
	}
	keyed := f.IP == ipHash || len(f.properties) > 0 && s.HashAlgorithm != md5Plain
	if keyed && len(f.key) < minHashKey {
		return nil, fmt.Errorf("--ip hash and --hash-properties need --hash-key or --hash-key-file: a secret of %d or more characters (openssl rand -hex 16 makes one), here it has %d", minHashKey, len(f.key))
	}
	return f, nil
}

// Apply says whether an event may be kept, and where it may, changes it to what may be kept of it. header is that of its
// request, and address its visitor's, the zero one where that is not known.
func (f *Filter) Apply(header http.Header, address netip.Addr, e *event.Event) bool {
	if f.RespectDNT && header.Get("DNT") == "1" || f.RespectGPC && header.Get("Sec-GPC") == "1" {
		return false
	}
	seen := look(e.Metadata)
	if f.RequireConsent && !seen.consent {
		return false
	}
	if len(f.properties) > 0 || seen.hasAddress {
		e.Metadata = f.rewrite(e.Metadata, f.metadataValue)
		e.Traits = f.rewrite(e.Traits, f.propertyValue)
	}
	if f.IP != ipNone && address.IsValid() && !seen.hasIP {
		e.Metadata = rawjson.Append(e.Metadata, append([]byte(`"ip":`), f.address(address)...))
	}
	return true
}

// seen is what the metadata of an event says about privacy.
type seen struct {
	consent bool
	// hasIP says that there is a member ip, hasAddress that there is one or that the context has one.
	hasIP, hasAddress bool
}

func look(metadata []byte) (s seen) {
	if len(metadata) == 0 {
		return s
	}
	rawjson.Members(metadata, func(name, value []byte) {
		switch string(name) {
		case "ip":
			s.hasIP, s.hasAddress = true, true
		case "consent":
			s.consent = s.consent || consents(value)
		case "context":
			if value[0] != '{' {
				return
			}
			rawjson.Members(value, func(name, value []byte) {
				s.hasAddress = s.hasAddress || string(name) == "ip"
				s.consent = s.consent || string(name) == "consent" && consents(value)
			})
		}
	})
	return s
}

// consents reads true, or what Segment's consent managers send, where the category for analyses must be allowed:
// {"categoryPreferences": {"Analytics": true}}.
func consents(value []byte) (yes bool) {
	if value[0] != '{' {
		return string(value) == "true"
	}
	rawjson.Members(value, func(name, categories []byte) {
		if string(name) != "categoryPreferences" || categories[0] != '{' {
			return
		}
		rawjson.Members(categories, func(name, value []byte) {
			yes = yes || strings.EqualFold(string(name), "analytics") && string(value) == "true"
		})
	})
	return yes
}

func (f *Filter) rewrite(object []byte, replace func(names []string, value []byte) []byte) []byte {
	if len(object) == 0 {
		return object
	}
	return rawjson.Rewrite(object, replace)
}

// metadataValue is what a value of metadata is replaced by; nil leaves it.
func (f *Filter) metadataValue(names []string, value []byte) []byte {
	own := len(names) == 1 && names[0] == "ip"
	if !own && !(len(names) == 2 && names[0] == "context" && names[1] == "ip") {
		return f.propertyValue(names, value)
	}
	text, is := rawjson.Text(value)
	address, valid := visitor.ParseAddress(text)
	switch {
	case valid:
		return f.address(address)
	case is && f.IP == ipHash: // several addresses, say: nobody knows what could be cut off
		return f.keyed(text)
	}
	return []byte("null")
}

// address is what may be kept of an address, as JSON.
func (f *Filter) address(address netip.Addr) []byte {
	switch f.IP {
	case ipHash:
		return f.keyed(address.String())
	case ipTruncate:
		bits := 48
		if address.Is4() {
			bits = 24
		}
		network, _ := address.Prefix(bits) // an address has as many bits
		return rawjson.Quote(network.Addr().String())
	}
	return []byte("null")
}

// propertyValue replaces texts and numbers of the properties that were named, and within them.
func (f *Filter) propertyValue(names []string, value []byte) []byte {
	text, is := rawjson.Text(value)
	if !is {
		if text = string(value); text == "null" || text == "true" || text == "false" {
			return nil
		}
	}
	for i, name := range names {
		if f.properties[name] || i > 0 && f.properties[strings.Join(names[:i+1], ".")] {
			if f.HashAlgorithm == md5Plain {
				sum := md5.Sum([]byte(text))
				return rawjson.Quote(hex.EncodeToString(sum[:]))
			}
			return f.keyed(text)
		}
	}
	return nil
}

// keyed is the HMAC-SHA-256 of a text, as JSON: without the key nobody finds the text by trying them all.
func (f *Filter) keyed(text string) []byte {
	mac := hmac.New(sha256.New, f.key)
	mac.Write([]byte(text))
	return rawjson.Quote(hex.EncodeToString(mac.Sum(nil)))
}
