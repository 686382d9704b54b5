package main

import (
	"strings"
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// TestQuestions looks whether every question can be asked of ClickHouse too, and is followed by another one.
func TestQuestions(t *testing.T) {
	known := map[string]bool{}
	types := map[model.QueryType]bool{}
	for _, q := range questions(parameters{Days: 90}) {
		if known[q.name] {
			t.Errorf("two questions are called %s", q.name)
		}
		known[q.name], types[q.query.QueryType] = true, true
		if q.target.other != "" && !known[q.target.other] {
			t.Errorf("%s has a target in times of %s, which is not asked before it", q.name, q.target.other)
		}
		if string(raw(q.query)) == string(raw(q.next)) {
			t.Errorf("%s is followed by the same question", q.name)
		}
		for _, query := range []*model.Query{q.query, q.next} {
			if sql := askPeer(query, time.Now()).sql; strings.Contains(sql, "%!") {
				t.Errorf("%s asks ClickHouse %s", q.name, sql)
			}
		}
	}
	if len(types) != 7 {
		t.Errorf("%d types of queries are asked, not 7", len(types))
	}
	if len(known) < panelsAtOnce {
		t.Errorf("%d questions are too few for %d panels", len(known), panelsAtOnce)
	}
}

// TestTarget looks whether a target is reached exactly up to its limits.
func TestTarget(t *testing.T) {
	const ms = time.Millisecond
	atLimit := comparison{cold: 1000 * ms, refresh: 70 * ms, next: 50 * ms, peer: 1000 * ms, nextPeer: 200 * ms, days: 100}
	for name, c := range map[string]struct {
		change func(*comparison)
		want   string
	}{
		"at the limits":                  {func(*comparison) {}, "yes"},
		"cold":                           {func(c *comparison) { c.cold++ }, "NO: cold"},
		"refresh, over the open day":     {func(c *comparison) { c.refresh++ }, "NO: refresh"},
		"refresh, in times":              {func(c *comparison) { c.peer, c.cold = 600*ms, 600*ms }, "NO: refresh"},
		"next":                           {func(c *comparison) { c.next++ }, "NO: next"},
		"cold and next":                  {func(c *comparison) { c.cold++; c.next++ }, "NO: cold, next"},
		"without ClickHouse, absolutely": {func(c *comparison) { c.peer, c.nextPeer, c.refresh = 0, 0, 71*ms }, "NO: refresh"},
	} {
		measured := atLimit
		c.change(&measured)
		if goal, reached := usual.judge(measured); reached != c.want {
			t.Errorf("%s: %s is reached: %s, not %s", name, goal, reached, c.want)
		}
	}
}
