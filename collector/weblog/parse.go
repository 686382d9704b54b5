// Package weblog turns the access logs of web servers into events.
package weblog

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/footfall-analytics/footfall/collector/visitor"
)

// view is one line of an access log, read.
type view struct {
	address     string
	time        time.Time
	method      string
	path, query string
	status      int
	bytes       int64
	referrer    string
	agent       string
	visitor     visitor.Agent
	assetFile   bool
}

// combined is the format that Apache calls combined and nginx takes by default: address, identity and user, time, request,
// status, bytes, referrer, agent. What servers are configured to add after these is ignored.
var combined = regexp.MustCompile(`^(\S+) \S+ .*?\[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-) "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"`)

const timeLayout = "02/Jan/2006:15:04:05 -0700"

// parse reads a line. The error says why it cannot become an event.
func parse(line string) (view, error) {
	m := combined.FindStringSubmatch(line)
	if m == nil {
		return view{}, errors.New(`is not in the combined format: address - user [time] "request" status bytes "referrer" "agent"`)
	}
	at, err := time.Parse(timeLayout, m[2])
	if err != nil {
		return view{}, fmt.Errorf("has a time that cannot be read; it should look like %s", timeLayout)
	}
	v := view{address: m[1], time: at.UTC(), referrer: dashless(unescape(m[6])), agent: dashless(unescape(m[7]))}
	if v.method, v.path, v.query, err = splitRequest(unescape(m[3])); err != nil {
		return view{}, err
	}
	v.status, _ = strconv.Atoi(m[4]) // three digits
	if m[5] != "-" {
		if v.bytes, err = strconv.ParseInt(m[5], 10, 64); err != nil {
			return view{}, errors.New("has a number of bytes that is too large")
		}
	}
	v.assetFile = assetNames[strings.ToLower(path.Ext(v.path))]
	v.visitor = visitor.ParseAgent(v.agent)
	return v, nil
}

func dashless(s string) string {
	if s == "-" {
		return ""
	}
	return s
}

// splitRequest takes "GET /path?query HTTP/1.1" apart. The path may hold spaces where a server logs what it got.
func splitRequest(request string) (method, path, query string, err error) {
	method, target, found := strings.Cut(request, " ")
	if !found || method == "" || strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "", "", "", errors.New("has no request with a method and a path: the connection was closed early or was not HTTP")
	}
	if i := strings.LastIndex(target, " HTTP/"); i >= 0 {
		target = target[:i]
	}
	// Requests to a proxy name the whole address.
	if _, rest, whole := strings.Cut(target, "://"); whole && !strings.HasPrefix(target, "/") {
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			target = rest[i:]
		} else {
			target = "/"
		}
	}
	path, query, _ = strings.Cut(target, "?")
	if path == "" {
		return "", "", "", errors.New("has a request with an empty path")
	}
	return method, path, query, nil
}

// assetNames are the files that make up a page rather than being one.
var assetNames = map[string]bool{".css": true, ".js": true, ".mjs": true, ".map": true, ".json": true, ".png": true, ".jpg": true,
	".jpeg": true, ".gif": true, ".svg": true, ".webp": true, ".avif": true, ".bmp": true, ".ico": true, ".woff": true,
	".woff2": true, ".ttf": true, ".otf": true, ".eot": true}

var escape = regexp.MustCompile(`\\(x[0-9a-fA-F]{2}|.)`)

// unescape undoes what the servers do to quotes, backslashes and unprintable bytes. Where the bytes are no UTF-8, or hold
// control characters, the text stays as it is in the log.
func unescape(s string) string {
	if !strings.ContainsRune(s, '\\') {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	plain := escape.ReplaceAllStringFunc(s, func(e string) string {
		if len(e) == 4 {
			b, _ := strconv.ParseUint(e[2:], 16, 8) // two hexadecimal digits
			return string([]byte{byte(b)})
		}
		return e[1:]
	})
	if !utf8.ValidString(plain) || strings.ContainsFunc(plain, unicode.IsControl) {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return plain
}
