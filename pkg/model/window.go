package model

import (
	"strconv"
	"time"

	"github.com/footfall-analytics/footfall/pkg/say"
)

// MaxWindow is the longest funnel window.
const MaxWindow = 366 * 24 * time.Hour

func (c *checker) window(field string, w window) {
	_, problem := w.length(field)
	c.add(problem)
}

// window is a length of time as written in a query; longest is its limit, and longestText is that limit in words.
type window struct {
	text        string
	longest     time.Duration
	longestText string
}

// length reads a number and a unit.
func (w window) length(field string) (time.Duration, *Error) {
	units := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}
	none := say.New("problem.no-window", "is {{window}}; write a number and a unit, such as 30m, 24h or 14d", quote(w.text))
	if len(w.text) < 2 {
		return 0, invalid(field, none)
	}
	unit, ok := units[w.text[len(w.text)-1]]
	n, err := strconv.ParseInt(w.text[:len(w.text)-1], 10, 32)
	if !ok || err != nil || n < 1 {
		return 0, invalid(field, none)
	}
	if time.Duration(n) > w.longest/unit {
		return 0, invalid(field, say.New("problem.long-window", "is {{window}}; the longest window is {{longest}}", shorten(w.text), w.longestText))
	}
	return time.Duration(n) * unit, nil
}

// duration returns the length of a validated window.
func (w window) duration() time.Duration {
	d, problem := w.length("window")
	if problem != nil {
		panic("model: the length of a window that was not validated: " + problem.Error())
	}
	return d
}
