// Package privacy decides which events may be kept, and removes from them what may not.
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
	RequireConsent bool     `help:"Keep only events whose message says that the user consents: consent in metadata, or context.consent of a Segment client."`
	IP             string   `name:"ip" help:"What is kept of visitors' addresses, in metadata.ip and properties named so: none, truncate (the network: /24 of IPv4, /48 of IPv6) or hash (keyed, see --hash-key)." enum:"none,truncate,hash" default:"none"`
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

// New makes a filter. It reads the key if one is needed.
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

// Request holds what is known about an event's origin, apart from the event.
type Request struct {
	Header http.Header
	// Address is the visitor's address; zero if unknown.
	Address netip.Addr
	// Consent is what the event's message says about consent; nil if it says nothing.
	Consent *bool
}

// Apply reports whether an event may be kept and, if so, removes from it what may not be kept.
func (f *Filter) Apply(r Request, e *event.Event) bool {
	if f.RespectDNT && r.Header.Get("DNT") == "1" || f.RespectGPC && r.Header.Get("Sec-GPC") == "1" || f.RequireConsent && !consents(r, e) {
		return false
	}
	e.Metadata, e.Traits = f.clean(e.Metadata), f.clean(e.Traits)
	if f.IP == ipNone || !r.Address.IsValid() || has(e.Metadata, "ip") != nil {
		return true
	}
	e.Metadata = rawjson.Append(e.Metadata, append([]byte(`"ip":`), f.address(r.Address)...))
	return true
}

// consents reports whether the message or, if it says nothing, the metadata has consent: true.
func consents(r Request, e *event.Event) bool {
	if r.Consent != nil {
		return *r.Consent
	}
	return string(has(e.Metadata, "consent")) == "true"
}

// has returns the value of a member, nil if there is none.
func has(object []byte, member string) (found []byte) {
	if len(object) == 0 {
		return nil
	}
	rawjson.Members(object, func(name, value []byte) {
		if string(name) == member {
			found = bytes.Clone(value)
		}
	})
	return found
}

// clean replaces addresses and the properties that the settings name.
func (f *Filter) clean(object []byte) []byte {
	// Most objects have no address, which a quick look shows: its name must appear as it is, or with an escape.
	if len(object) == 0 || len(f.properties) == 0 && !bytes.Contains(object, []byte(`ip"`)) && bytes.IndexByte(object, '\\') < 0 {
		return object
	}
	return rawjson.Rewrite(object, f.replace)
}

// replace returns the replacement of a value; nil leaves it as it is.
func (f *Filter) replace(names []string, value []byte) []byte {
	text, is := rawjson.Text(value)
	if !is {
		if text = string(value); text == "null" || text == "true" || text == "false" {
			return nil
		}
	}
	if names[len(names)-1] == "ip" {
		if address, valid := visitor.ParseAddress(text); valid {
			return f.address(address)
		}
		if f.IP == ipHash { // several addresses, for example: there is no way to know what to cut off
			return f.hashWithKey(text)
		}
		return []byte("null")
	}
	for i, name := range names {
		if !f.properties[name] && (i == 0 || !f.properties[strings.Join(names[:i+1], ".")]) {
			continue
		}
		if f.HashAlgorithm == md5Plain {
			sum := md5.Sum([]byte(text))
			return rawjson.Quote(hex.EncodeToString(sum[:]))
		}
		return f.hashWithKey(text)
	}
	return nil
}

// address returns the part of an address that may be kept, as JSON.
func (f *Filter) address(address netip.Addr) []byte {
	switch f.IP {
	case ipHash:
		return f.hashWithKey(address.String())
	case ipTruncate:
		bits := 48
		if address.Is4() {
			bits = 24
		}
		network, _ := address.Prefix(bits) // an address has at least that many bits
		return rawjson.Quote(network.Addr().String())
	}
	return []byte("null")
}

// hashWithKey returns the HMAC-SHA-256 of a text, as JSON: without the key nobody can find the text by trying all texts.
func (f *Filter) hashWithKey(text string) []byte {
	mac := hmac.New(sha256.New, f.key)
	mac.Write([]byte(text))
	return rawjson.Quote(hex.EncodeToString(mac.Sum(nil)))
}
