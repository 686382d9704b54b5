package twin

import (
	"fmt"
	"testing"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// Random worlds reach every mode, lists that are cut, and values whose first event lies before the range.
func TestRandomAnnotationsReachEverything(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(900) {
		s := Random(seed, 6)
		for _, q := range s.Queries {
			if q.QueryType != model.AnnotationsType {
				continue
			}
			marked := Annotate(q, s.World, s.Range)
			if len(marked.Marks) > 0 {
				seen[fmt.Sprintf("%s, more %t", q.Annotations.Mode, marked.More)]++
			}
			everything := Annotate(q, s.World, Range{time.Time{}, s.Range.To})
			if q.Annotations.Mode == model.FirstOf && len(everything.Marks) > len(marked.Marks) {
				seen["seen before the range"]++
			}
		}
	}
	for _, what := range []string{"every, more true", "every, more false", "first_of, more true", "first_of, more false", "seen before the range"} {
		if seen[what] < 10 {
			t.Errorf("only %d random answers show %q: %v", seen[what], what, seen)
		}
	}
}
