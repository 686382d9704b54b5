package twin

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/footfall-analytics/footfall/pkg/model"
)

// The same question written in another way is the same query once it is parsed.
func TestQueriesHaveOneNormalForm(t *testing.T) {
	seen := map[model.QueryType]int{}
	for seed := range uint64(3000) {
		s := Random(seed, 4)
		for i, q := range s.Queries {
			raw, err := json.Marshal(Rewrite(q, rand.New(rand.NewPCG(seed, uint64(i)))))
			if err != nil {
				t.Fatal(err)
			}
			again, err := model.Parse(raw)
			if err != nil {
				t.Fatalf("seed %d: %s: %v", seed, raw, err)
			}
			if diff := gocmp.Diff(q, again, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("seed %d: %s is another query (+):\n%s", seed, raw, diff)
			}
			if string(raw) != asText(t, q) {
				seen[q.QueryType]++
			}
		}
	}
	for _, kind := range []model.QueryType{
		model.FunnelType, model.RetentionType, model.HeatmapType, model.TrendType, model.LifecycleType, model.StickinessType,
		model.PathsType, model.TimelineType, model.AnomaliesType, model.AnnotationsType,
	} {
		if seen[kind] < 100 {
			t.Errorf("only %d queries of type %s were written otherwise", seen[kind], kind)
		}
	}
}

func asText(t *testing.T, q *model.Query) string {
	t.Helper()
	raw, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
