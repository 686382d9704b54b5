package event

import (
	"errors"
	"strings"
	"time"
)

var errTime = errors.New("is not an RFC 3339 time with a time zone, such as 2026-11-24T06:00:00Z or 2026-11-24T14:00:00.250+08:00")

// ParseTime reads a time in the form of RFC 3339 and returns it in UTC, cut to microseconds. The error completes a sentence that begins
// with what was read. A leap second (:60) is not accepted.
func ParseTime(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || !strictTime(s) {
		return time.Time{}, errTime
	}
	return t.UTC().Truncate(time.Microsecond), nil
}

// strictTime reports whether a time that time.Parse accepted is also RFC 3339: without hours of one digit, a comma before the fraction, or
// zones that are a day or more away.
func strictTime(parsed string) bool {
	if parsed[len("2006-01-02T15")] != ':' || strings.Contains(parsed, ",") {
		return false
	}
	if strings.HasSuffix(parsed, "Z") {
		return true
	}
	offset := parsed[len(parsed)-len("07:00"):]
	return offset[:2] <= "23" && offset[3:] <= "59"
}
