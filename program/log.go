package program

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"
)

// steady is a log handler that passes on a limited number of lines of each kind per window of time, because strangers can cause as many as
// they like. At the end of a window it logs how many it left out. A kind is the line's message with its status, or the logger's attribute
// "kind". Debug lines are not limited.
type steady struct {
	slog.Handler
	kind  string
	lines *lines
}

const (
	// LogBurst is how many lines of a kind are logged within logWindow.
	LogBurst  = 20
	logWindow = 10 * time.Second
	// logKinds is how many kinds are distinguished; all others together are one.
	logKinds = 200
	// logText is the longest text in a line, in bytes.
	logText = 2000
)

// lines counts the lines of the present window.
type lines struct {
	mu    sync.Mutex
	kinds map[string]int
	// ends fires at the end of the window; nil without lines.
	ends *time.Timer
	// say is the handler for what was left out.
	say slog.Handler
}

// NewLog returns a logger that writes lines of JSON. Call the second result at the program's end: it logs how many lines were left out
// last.
func NewLog(w io.Writer, level slog.Leveler) (*slog.Logger, func()) {
	handler := slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if err, is := a.Value.Any().(error); is {
			a.Value = slog.StringValue(err.Error())
		}
		if text := a.Value; text.Kind() == slog.KindString && len(text.String()) > logText {
			a.Value = slog.StringValue(text.String()[:logText] + " ...")
		}
		return a
	}})
	l := &lines{kinds: map[string]int{}, say: handler}
	return slog.New(&steady{Handler: handler, lines: l}), l.end
}

// Kind returns a logger whose lines are all of one kind, whatever they say.
func Kind(log *slog.Logger, name string) *slog.Logger {
	if s, is := log.Handler().(*steady); is {
		return slog.New(&steady{Handler: s.Handler, kind: name, lines: s.lines})
	}
	return log
}

func (s *steady) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelInfo && !s.lines.pass(s.kindOf(r)) {
		return nil
	}
	return s.Handler.Handle(ctx, r)
}

func (s *steady) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &steady{s.Handler.WithAttrs(attrs), s.kind, s.lines}
}

func (s *steady) WithGroup(name string) slog.Handler {
	return &steady{s.Handler.WithGroup(name), s.kind, s.lines}
}

func (s *steady) kindOf(r slog.Record) string {
	if s.kind != "" {
		return s.kind
	}
	name := r.Message
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "status" {
			name += fmt.Sprint(" ", a.Value)
		}
		return true
	})
	return name
}

// pass reports whether another line of the kind is to be logged.
func (l *lines) pass(kind string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.kinds[kind]; !known && len(l.kinds) >= logKinds {
		kind = "other"
	}
	l.kinds[kind]++
	if l.ends == nil {
		l.ends = time.AfterFunc(logWindow, l.end)
	}
	return l.kinds[kind] <= LogBurst
}

// end ends the window and logs what was left out.
func (l *lines) end() {
	l.mu.Lock()
	kinds := l.kinds
	l.kinds = map[string]int{}
	if l.ends != nil {
		l.ends.Stop()
		l.ends = nil
	}
	l.mu.Unlock()
	for kind, n := range kinds {
		if n > LogBurst {
			r := slog.NewRecord(time.Now(), slog.LevelWarn, "log lines were left out, as there were too many of their kind", 0)
			r.Add("kind", kind, "lines", n-LogBurst)
			_ = l.say.Handle(context.Background(), r) // slog does the same
		}
	}
}
