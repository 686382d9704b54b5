package weblog

import (
	"errors"
	"fmt"
	"net/netip"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/footfall-analytics/footfall/collector/visitor"
)

// Format is the format of a log's lines. In each, a virtual host may come first.
type Format string

const (
	// Combined is the format that Apache calls combined and nginx uses by default: address, identity and user, time, request, status,
	// bytes, referrer, agent.
	Combined Format = "combined"
	// Common is the same format without referrer and agent: it shows neither bots nor devices, and everyone who shares an address is one
	// user.
	Common Format = "common"
)

// view is a parsed line of an access log.
type view struct {
	host, address string
	time          time.Time
	method        string
	path, query   string
	status        int
	bytes         int64
	referrer      string
	// agent and visitor are empty in the common format, and told is false.
	agent     string
	visitor   visitor.Agent
	told      bool
	assetFile bool
}

const (
	beginning  = `^(.*?)\[([^\]\[]+)\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-)`
	quotedPart = ` "((?:[^"\\]|\\.)*)"`
)

// formats match the parts of a line: who, time, request, status, bytes, referrer, agent. Anything that servers are configured to add after
// these is ignored.
var formats = map[Format]*regexp.Regexp{
	Combined: regexp.MustCompile(beginning + quotedPart + quotedPart),
	Common:   regexp.MustCompile(beginning + `(?: |$)`),
}

var layouts = map[Format]string{
	Combined: `address - user [time] "request" status bytes "referrer" "agent"`,
	Common:   `address - user [time] "request" status bytes`,
}

// Servers write times like this. time.Parse accepts more than the layout says, so the text is checked first.
const timeLayout = "02/Jan/2006:15:04:05 -0700"

var timeText = regexp.MustCompile(`^(\d\d/[A-Za-z]{3}/\d{4}:\d\d:\d\d:\d\d [+-]([01]\d|2[0-3])[0-5]\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]([01]\d|2[0-3]):[0-5]\d|Z))$`)

func parseTime(text string) (time.Time, error) {
	if !timeText.MatchString(text) {
		return time.Time{}, fmt.Errorf("has a time that cannot be read; it should look like %s", timeLayout)
	}
	at, err := time.Parse(timeLayout, text)
	if err != nil {
		at, err = time.Parse(time.RFC3339, text)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("has a time that cannot be read; it should look like %s", timeLayout)
	}
	return at.UTC(), nil
}

// parse parses a line. The error says why it cannot become an event.
func parse(format Format, line string) (v view, err error) {
	m := formats[format].FindStringSubmatch(line)
	if m == nil {
		return view{}, notInFormat(format)
	}
	if v.host, v.address, err = splitWho(strings.Fields(m[1])); err != nil {
		return view{}, err
	}
	if v.time, err = parseTime(m[2]); err != nil {
		return view{}, err
	}
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
	if format == Combined {
		v.referrer, v.agent, v.told = dashless(unescape(m[6])), dashless(unescape(m[7])), true
		v.visitor = visitor.ParseAgent(v.agent)
	}
	return v, nil
}

func notInFormat(format Format) error {
	return fmt.Errorf("is not in the %s format: %s", format, layouts[format])
}

// hostText matches a virtual host with or without a port, or a dash if the request named none.
var hostText = regexp.MustCompile(`^(-|[A-Za-z0-9_*][A-Za-z0-9_.*-]{0,252}|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$`)

// splitWho returns the virtual host, if any, and the visitor's address from the fields before the time: address, identity (a dash, since
// hardly any server asks for it) and user, whose name may have several words.
func splitWho(fields []string) (host, address string, err error) {
	if len(fields) < 3 {
		return "", "", errors.New("has no address, identity and user before the time")
	}
	if len(fields) == 3 || fields[1] == "-" {
		return "", fields[0], nil
	}
	m := hostText.FindStringSubmatch(fields[0])
	_, second := netip.ParseAddr(fields[1])
	_, first := netip.ParseAddr(fields[0])
	switch {
	case second == nil && first == nil, m == nil && second == nil:
		return "", "", errors.New("has more than one address before the time, and nothing says which one is the visitor's")
	case m != nil && second == nil, m != nil && m[2] != "" && strings.Contains(fields[1], "."):
		return strings.ToLower(strings.Trim(strings.TrimLeft(m[1], "-_*."), "[]")), fields[1], nil
	}
	return "", fields[0], nil
}

func dashless(s string) string {
	if s == "-" {
		return ""
	}
	return s
}

// splitRequest splits "GET /path?query HTTP/1.1". The path may contain spaces if a server logs what it got.
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

// assetNames are the extensions of files that are parts of a page rather than pages.
var assetNames = map[string]bool{".css": true, ".js": true, ".mjs": true, ".map": true, ".json": true, ".png": true, ".jpg": true,
	".jpeg": true, ".gif": true, ".svg": true, ".webp": true, ".avif": true, ".bmp": true, ".ico": true, ".woff": true,
	".woff2": true, ".ttf": true, ".otf": true, ".eot": true}

var escape = regexp.MustCompile(`\\(x[0-9a-fA-F]{2}|.)`)

// unescape undoes the servers' escapes of quotes, backslashes and unprintable bytes. If the bytes are not UTF-8, or contain control
// characters, the text stays as it is in the log.
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
